// C11 threads over POSIX ones, for builds with ThreadSanitizer.
//
// Debian's librdkafka starts its threads and takes its locks through <threads.h>, which
// ThreadSanitizer does not intercept: the first thread it knows nothing of ends the process. These
// definitions come before the C library's and lead to functions that it does intercept.

#include <cerrno>
#include <cstdint>
#include <ctime>
#include <memory>

#include <pthread.h>
#include <threads.h>

namespace {

// C11's types are the C library's own, of the size and kind of POSIX's.
pthread_mutex_t* posix(mtx_t* mutex) {
  return reinterpret_cast<pthread_mutex_t*>(mutex);
}

pthread_cond_t* posix(cnd_t* condition) {
  return reinterpret_cast<pthread_cond_t*>(condition);
}

static_assert(sizeof(pthread_mutex_t) <= sizeof(mtx_t) && sizeof(pthread_cond_t) <= sizeof(cnd_t));

int answer(int error) {
  switch (error) {
    case 0:
      return thrd_success;
    case EBUSY:
      return thrd_busy;
    case ETIMEDOUT:
      return thrd_timedout;
    case ENOMEM:
    case EAGAIN:
      return thrd_nomem;
    default:
      return thrd_error;
  }
}

struct Start {
  thrd_start_t function;
  void* argument;
};

void* run(void* start) {
  const std::unique_ptr<Start> owned(static_cast<Start*>(start));
  const int result = owned->function(owned->argument);
  // Both ends are ours. NOLINTNEXTLINE(performance-no-int-to-ptr)
  return reinterpret_cast<void*>(static_cast<intptr_t>(result));
}

}  // namespace

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto start = std::make_unique<Start>(Start{function, argument});
  const int error = pthread_create(thread, nullptr, run, start.get());
  if (error == 0) static_cast<void>(start.release());  // the thread has it
  return answer(error);
}

int thrd_join(thrd_t thread, int* result) {
  void* returned = nullptr;
  const int error = pthread_join(thread, &returned);
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<intptr_t>(returned));
  return answer(error);
}

int thrd_detach(thrd_t thread) {
  return answer(pthread_detach(thread));
}

int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if ((type & mtx_recursive) != 0) {
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  }
  const int error = pthread_mutex_init(posix(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return answer(error);
}

int mtx_lock(mtx_t* mutex) {
  return answer(pthread_mutex_lock(posix(mutex)));
}

int mtx_trylock(mtx_t* mutex) {
  return answer(pthread_mutex_trylock(posix(mutex)));
}

int mtx_timedlock(mtx_t* mutex, const timespec* until) {
  return answer(pthread_mutex_timedlock(posix(mutex), until));
}

int mtx_unlock(mtx_t* mutex) {
  return answer(pthread_mutex_unlock(posix(mutex)));
}

void mtx_destroy(mtx_t* mutex) {
  pthread_mutex_destroy(posix(mutex));
}

int cnd_init(cnd_t* condition) {
  return answer(pthread_cond_init(posix(condition), nullptr));
}

int cnd_signal(cnd_t* condition) {
  return answer(pthread_cond_signal(posix(condition)));
}

int cnd_broadcast(cnd_t* condition) {
  return answer(pthread_cond_broadcast(posix(condition)));
}

int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return answer(pthread_cond_wait(posix(condition), posix(mutex)));
}

int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  return answer(pthread_cond_timedwait(posix(condition), posix(mutex), until));
}

void cnd_destroy(cnd_t* condition) {
  pthread_cond_destroy(posix(condition));
}

}  // extern "C"
