// Ranks over MPI: six calls, each in pieces that MPI can count.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <linden/error.hpp>
#include <linden/mpi.hpp>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

// The C++ bindings of old are not for us.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

namespace linden::mpi {
namespace {

constexpr std::int64_t most_at_once = std::int64_t{1} << 28;  // MPI counts in ints

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char words[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, words, &length);
  throw Error(std::string("mpi::Communicator: ") + call + " failed: " + std::string(words, words + length) + ".");
}

bool has_ended() {
  int ended = 0;
  MPI_Finalized(&ended);
  return ended != 0;
}

void start() {
  int started = 0;
  MPI_Initialized(&started);
  if (started != 0) {
    if (has_ended()) throw Error("mpi::Communicator: MPI has been finalized already.");
    return;
  }
  int provided = 0;
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  std::atexit([] {
    if (!has_ended()) MPI_Finalize();
  });
}

}  // namespace

struct Communicator::State {
  explicit State(MPI_Comm of) {
    check(MPI_Comm_dup(of, &comm), "MPI_Comm_dup");
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank");
    check(MPI_Comm_size(comm, &size), "MPI_Comm_size");
  }

  MPI_Comm comm = MPI_COMM_NULL;
  int rank = 0, size = 1;
  int exceptions = std::uncaught_exceptions();
};

Communicator::Communicator() {
  start();
  state_ = std::make_unique<State>(MPI_COMM_WORLD);
}

Communicator::Communicator(int handle) {
  start();
  state_ = std::make_unique<State>(MPI_Comm_f2c(handle));
}

// To free is a call of all ranks, which a rank that fails does not wait for.
Communicator::~Communicator() {
  if (!has_ended() && std::uncaught_exceptions() == state_->exceptions) MPI_Comm_free(&state_->comm);
}

int Communicator::rank() const { return state_->rank; }

int Communicator::size() const { return state_->size; }

void Communicator::sum(std::int64_t* values, std::int64_t count) {
  for (; count > 0; values += most_at_once, count -= most_at_once)
    check(MPI_Allreduce(MPI_IN_PLACE, values, static_cast<int>(std::min(count, most_at_once)), MPI_INT64_T, MPI_SUM,
                        state_->comm),
          "MPI_Allreduce");
}

void Communicator::max(double* values, std::int64_t count) {
  for (; count > 0; values += most_at_once, count -= most_at_once)
    check(MPI_Allreduce(MPI_IN_PLACE, values, static_cast<int>(std::min(count, most_at_once)), MPI_DOUBLE, MPI_MAX,
                        state_->comm),
          "MPI_Allreduce");
}

void Communicator::gather(const void* mine, std::int64_t bytes, void* all) {
  const auto* const from = static_cast<const char*>(mine);
  auto* const to = static_cast<char*>(all);
  const auto at_once = [&](const char* part, std::int64_t count, char* parts) {
    check(
        MPI_Allgather(part, static_cast<int>(count), MPI_BYTE, parts, static_cast<int>(count), MPI_BYTE, state_->comm),
        "MPI_Allgather");
  };
  if (bytes <= most_at_once) return at_once(from, bytes, to);
  std::vector<char> parts(static_cast<std::size_t>(most_at_once * size()));
  for (std::int64_t first = 0; first < bytes; first += most_at_once) {
    const std::int64_t count = std::min(most_at_once, bytes - first);
    at_once(from + first, count, parts.data());
    for (int rank = 0; rank < size(); ++rank)
      std::memcpy(to + rank * bytes + first, parts.data() + rank * count, static_cast<std::size_t>(count));
  }
}

void Communicator::reduce_scatter(std::int64_t* values, const std::int64_t* counts) {
  const auto ranks = static_cast<std::size_t>(size()), mine = static_cast<std::size_t>(rank());
  const std::int64_t all = std::accumulate(counts, counts + ranks, std::int64_t{0});
  if (all > most_at_once) return linden::Communicator::reduce_scatter(values, counts);
  const std::vector<int> each(counts, counts + ranks);
  std::vector<std::int64_t> sums(static_cast<std::size_t>(counts[mine]) +
                                 1);  // MPI may want an address of nothing, too
  check(MPI_Reduce_scatter(values, sums.data(), each.data(), MPI_INT64_T, MPI_SUM, state_->comm), "MPI_Reduce_scatter");
  std::copy_n(sums.begin(), counts[mine], values + std::accumulate(counts, counts + mine, std::int64_t{0}));
}

bool Communicator::end_together(int code, double seconds) noexcept {
  MPI_Request request = MPI_REQUEST_NULL;
  int are_here = 0;
  if (MPI_Ibarrier(state_->comm, &request) == MPI_SUCCESS) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (MPI_Test(&request, &are_here, MPI_STATUS_IGNORE) == MPI_SUCCESS && are_here == 0 &&
           std::chrono::steady_clock::now() < limit)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  if (are_here == 0) MPI_Abort(state_->comm, code);
  return are_here != 0;
}

}  // namespace linden::mpi
