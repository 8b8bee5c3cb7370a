#include "engine/senders/partition_state.h"

#include "base/byte_codec.h"

namespace sluice::senders {

std::string PartitionState::encode() const {
  ByteWriter out;
  out.u16(kSchema).i64(clock_ms).i64(applied_through).u64(findings).u64(ticks);
  out.u32(idle_days).i64(activation_day).text(activation).text(swept);
  return out.bytes();
}

Result<PartitionState> PartitionState::decode(std::string_view bytes) {
  ByteReader in(bytes);
  const uint16_t schema = in.u16();
  if (schema > kSchema) {
    return Error{ErrorCode::kCorrupt, "partition state has schema " + std::to_string(schema) +
                                          ", this version reads up to " + std::to_string(kSchema)};
  }
  PartitionState state;
  state.clock_ms = in.i64();
  state.applied_through = in.i64();
  state.findings = in.u64();
  state.ticks = in.u64();
  state.idle_days = in.u32();
  state.activation_day = in.i64();
  state.activation = in.text();
  state.swept = in.text();
  if (schema == 0 || !in.complete())
    return Error{ErrorCode::kCorrupt, "partition state: bad length"};
  return state;
}

}  // namespace sluice::senders
