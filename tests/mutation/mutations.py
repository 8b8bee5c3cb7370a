#!/usr/bin/env python3
"""Puts known mistakes into a copy of the tree and checks that a test fails on each.

    tests/mutation/mutations.py [NAME...]     from the root of the checkout; all of them by default

Exit code 0 if every mistake was caught. The copy lives in build/mutants and is reused.
"""
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / "build" / "mutants"
TIMEOUT_S = 240

# name, file, [(what stands there, the mistake)], test target, gtest filter
MUTATIONS = [
    ("undo skipped on abort", "engine/pipeline/session.cc",
     [("for (auto& [number, partition] : partitions_) partition->rollback();", "")],
     "pipeline_test", "*AnAbortIsFoldedAgain*"),
    ("stale group metadata used", "engine/pipeline/session.cc",
     [("membership_ = given.membership;",
       "if (membership_ == nullptr) membership_ = given.membership;"),
      ("membership_.reset();", "")],
     "pipeline_test", "*AMemberThatWasExpelled*"),
    ("a stale generation accepted", "ingest/log/memory_log.cc",
     [("group.generation == shown.generation && ", "")],
     "pipeline_test:log_conformance_test", "*:-*Kafka*"),
    ("empty offsets sent", "engine/pipeline/session.cc",
     [("all.push_back(input);", "")],
     "pipeline_test", "*FoldsEveryRecordOnce*"),
    ("a tick lost from the journal", "engine/pipeline/partition.cc",
     [("ledger.journal(number_, entry, memo_);",
       "if (!entry.key.empty()) ledger.journal(number_, entry, memo_);")],
     "pipeline_test", "*TicksMoveTheClock*"),
    ("a message folded twice", "engine/pipeline/partition.cc",
     [("  fold_with_prologue(folded_.back(), ledger);\n  advance(job->record);",
       "  fold_with_prologue(folded_.back(), ledger);\n"
       "  fold_with_prologue(folded_.back(), ledger);\n  advance(job->record);")],
     "pipeline_test", "*FoldsEveryRecordOnce*"),
    ("offsets committed beyond what was folded", "engine/pipeline/partition.cc",
     [("input.next = record.offset + 1;", "input.next = record.offset + 2;")],
     "pipeline_test", "*DrainsOnStop*:*RandomFaults*"),
    ("state read to the last stable offset only", "engine/pipeline/restore.cc",
     [("if (end.value() > 0) ends_[position.at] = end.value();",
       "if (end.value() > 0) ends_[position.at] = end.value() / 2;")],
     "pipeline_test", "*AnUnknownOutcome*:*ReplicasComeAndGo*"),
]


def run(*command, timeout=None):
    return subprocess.run(command, cwd=COPY, capture_output=True, text=True, timeout=timeout)


def copy_tree():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True,
                             check=True).stdout.split()
    for name in tracked:
        source, target = ROOT / name, COPY / name
        if not source.is_file():
            continue
        if target.exists() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def build(target):
    return run("cmake", "--build", "--preset", "dev", "--target", target)


def test_fails(target, gtest_filter):
    binary = next((COPY / "build" / "dev" / "tests").rglob(target))
    try:
        return run(str(binary), f"--gtest_filter={gtest_filter}", timeout=TIMEOUT_S).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def caught(mutation):
    name, file, edits, targets, gtest_filter = mutation
    path = COPY / file
    original = path.read_text()
    text = original
    for old, new in edits:
        if old not in text:
            sys.exit(f"{name}: {file} no longer holds '{old}'")
        text = text.replace(old, new)
    try:
        path.write_text(text)
        for target in targets.split(":"):
            built = build(target)
            if built.returncode != 0:
                sys.exit(f"{name}: does not build\n{built.stdout[-3000:]}")
            if test_fails(target, gtest_filter):
                return True
        return False
    finally:
        path.write_text(original)


def main():
    wanted = sys.argv[1:]
    COPY.mkdir(parents=True, exist_ok=True)
    copy_tree()
    configured = run("cmake", "--preset", "dev")
    if configured.returncode != 0:
        sys.exit(configured.stderr)
    missed = 0
    for mutation in MUTATIONS:
        if wanted and mutation[0] not in wanted:
            continue
        verdict = caught(mutation)
        missed += not verdict
        print(f"{'caught' if verdict else 'MISSED'}  {mutation[0]}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
