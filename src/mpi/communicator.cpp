// Ranks over MPI: six calls, each in pieces that MPI can count.
//
// None waits for ever: all are calls that do not block, asked again and again whether they are done. A rank whose time
// is up sends an alarm to all, who answer it where they wait: whoever does not is missing.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
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
constexpr int most_neighbours = 64;                           // to each of whom a rank sends a message of its own
constexpr double seconds_to_answer = 2;                       // an alarm
constexpr double seconds_to_speak = 3;  // for the rank that says what has happened, before others end all
constexpr int looks_at_once = 200;      // before the processor is left to others
constexpr double seconds_awake = 0.02, most_asleep = 0.001;  // of a rank that waits; asleep: at a time
constexpr double seconds_between_looks = 0.01;               // for alarms

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::atomic<bool> has_failed{false};

// What is sent to a rank that is gone never ends: it is kept until the program does.
struct Alarm {
  double waited = 0;
  std::vector<MPI_Request> sent;
};
std::unique_ptr<Alarm> alarm_sent;

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
    if (has_ended()) return;
    if (has_failed) MPI_Abort(MPI_COMM_WORLD, 1);  // to finalize is to wait for all
    MPI_Finalize();
  });
}

}  // namespace

struct Communicator::State {
  explicit State(MPI_Comm of) {
    for (MPI_Comm* const copy : {&comm, &alarms}) {
      check(MPI_Comm_dup(of, copy), "MPI_Comm_dup");
      MPI_Comm_set_errhandler(*copy, MPI_ERRORS_RETURN);
    }
    check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank");
    check(MPI_Comm_size(comm, &size), "MPI_Comm_size");
  }

  void wait(MPI_Request& request, const char* call);
  [[noreturn]] void give_up(double waited);

  MPI_Comm comm = MPI_COMM_NULL, alarms = MPI_COMM_NULL;
  int rank = 0, size = 1;
  double timeout = 300;
  std::string failure;
  bool speaks = false;
  int exceptions = std::uncaught_exceptions();
};

// Until it is done, or the time is up.
void Communicator::State::wait(MPI_Request& request, const char* call) {
  if (timeout == 0) return check(MPI_Wait(&request, MPI_STATUS_IGNORE), call);
  const auto is_done = [&] {
    int done = 0;
    check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), call);
    return done != 0;
  };
  for (int look = 0; look < looks_at_once; ++look)
    if (is_done()) return;
  const Clock::time_point start = Clock::now();
  for (double looked = 0; !is_done();) {
    const double waited = seconds_since(start);
    // Who waits for long leaves the processor to whom it waits for, where there are more ranks than processors.
    if (waited < seconds_awake)
      std::this_thread::yield();
    else
      std::this_thread::sleep_for(std::chrono::duration<double>(std::min(waited / 50, most_asleep)));
    if (waited < looked + seconds_between_looks) continue;
    looked = waited;
    int is_alarm = 0;
    MPI_Iprobe(MPI_ANY_SOURCE, 0, alarms, &is_alarm, MPI_STATUS_IGNORE);
    if (is_alarm != 0 || waited > timeout) give_up(waited);
  }
}

// Tells all that this rank has waited, and hears who else has. Who has not is missing; where all have, one has just
// come, after the others had given up.
void Communicator::State::give_up(double waited) {
  std::vector<double> all(static_cast<std::size_t>(size), -1);  // how long each has waited
  alarm_sent = std::make_unique<Alarm>(Alarm{waited, std::vector<MPI_Request>(all.size(), MPI_REQUEST_NULL)});
  all[static_cast<std::size_t>(rank)] = waited;
  for (int other = 0; other < size; ++other)
    if (other != rank)
      MPI_Isend(&alarm_sent->waited, 1, MPI_DOUBLE, other, 0, alarms,
                &alarm_sent->sent[static_cast<std::size_t>(other)]);
  const auto is_missing = [](double seconds) { return seconds < 0; };
  for (const Clock::time_point start = Clock::now();
       std::ranges::any_of(all, is_missing) && seconds_since(start) < seconds_to_answer;) {
    int is_there = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, 0, alarms, &is_there, &status);
    if (is_there == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    double seconds = 0;
    MPI_Recv(&seconds, 1, MPI_DOUBLE, status.MPI_SOURCE, 0, alarms, MPI_STATUS_IGNORE);
    all[static_cast<std::size_t>(status.MPI_SOURCE)] = seconds;
  }
  const auto longest = std::ranges::max_element(all);
  std::string ranks;
  int missing = 0;
  for (int other = 0; other < size; ++other)
    if (is_missing(all[static_cast<std::size_t>(other)])) {
      ranks += (missing++ == 0 ? "" : ", ") + std::to_string(other);
    }
  const std::string time = std::to_string(std::lround(*longest)) + " s";
  speaks = std::ranges::find_if_not(all, is_missing) - all.begin() == rank;
  if (missing == 0)
    failure = "mpi::Communicator: rank " + std::to_string(std::ranges::min_element(all) - all.begin()) +
              " came after the others had waited for " + time + " and given up. Hint: a longer timeout.";
  else
    failure = "mpi::Communicator: " + std::string(missing == 1 ? "rank " : "ranks ") + ranks +
              (missing == 1 ? " has" : " have") + " not come for " + time +
              (missing == 1 ? ": it hangs, or is gone." : ": they hang, or are gone.") +
              " Hint: look there; a longer timeout where it has more to do than others.";
  has_failed = true;
  throw Error(failure);
}

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
  if (has_ended() || std::uncaught_exceptions() > state_->exceptions || !state_->failure.empty()) return;
  MPI_Comm_free(&state_->comm);
  MPI_Comm_free(&state_->alarms);
}

int Communicator::rank() const { return state_->rank; }

int Communicator::size() const { return state_->size; }

// The values of all, joined in place.
void Communicator::combine(void* values, std::int64_t count, bool is_sum) {
  const MPI_Datatype type = is_sum ? MPI_INT64_T : MPI_DOUBLE;
  const MPI_Op op = is_sum ? MPI_SUM : MPI_MAX;
  for (auto* at = static_cast<char*>(values); count > 0; at += most_at_once * 8, count -= most_at_once) {
    const auto now = static_cast<int>(std::min(count, most_at_once));
    if (state_->timeout == 0) {
      check(MPI_Allreduce(MPI_IN_PLACE, at, now, type, op, state_->comm), "MPI_Allreduce");
      continue;
    }
    MPI_Request request = MPI_REQUEST_NULL;
    check(MPI_Iallreduce(MPI_IN_PLACE, at, now, type, op, state_->comm, &request), "MPI_Iallreduce");
    state_->wait(request, "MPI_Iallreduce");
  }
}

void Communicator::sum(std::int64_t* values, std::int64_t count) { combine(values, count, true); }

void Communicator::max(double* values, std::int64_t count) { combine(values, count, false); }

void Communicator::gather(const void* mine, std::int64_t bytes, void* all) {
  const auto* const from = static_cast<const char*>(mine);
  auto* const to = static_cast<char*>(all);
  const auto at_once = [&](const char* part, std::int64_t count, char* parts) {
    constexpr const char* call = "MPI_Iallgather";
    MPI_Request request = MPI_REQUEST_NULL;
    const auto each = static_cast<int>(count);
    if (state_->timeout == 0)
      return check(MPI_Allgather(part, each, MPI_BYTE, parts, each, MPI_BYTE, state_->comm), "MPI_Allgather");
    check(MPI_Iallgather(part, each, MPI_BYTE, parts, each, MPI_BYTE, state_->comm, &request), call);
    state_->wait(request, call);
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

// Parts go straight to whose they are: a way of one hop, on which each rank sends all parts but its own. What MPI does
// without blocking may send whole messages up a tree, and then parts down from its root. Of more ranks messages would
// be too many.
void Communicator::reduce_scatter(std::int64_t* values, const std::int64_t* counts) {
  const auto ranks = static_cast<std::size_t>(size()), mine = static_cast<std::size_t>(rank());
  const std::int64_t all = std::accumulate(counts, counts + ranks, std::int64_t{0});
  if (all > most_at_once) return linden::Communicator::reduce_scatter(values, counts);
  std::int64_t* const own = values + std::accumulate(counts, counts + mine, std::int64_t{0});
  const auto own_count = static_cast<std::size_t>(counts[mine]);
  if (size() > most_neighbours) {
    constexpr const char* call = "MPI_Ireduce_scatter";
    const std::vector<int> each(counts, counts + ranks);
    std::vector<std::int64_t> sums(own_count + 1);  // MPI may want an address of nothing, too
    MPI_Request request = MPI_REQUEST_NULL;
    check(MPI_Ireduce_scatter(values, sums.data(), each.data(), MPI_INT64_T, MPI_SUM, state_->comm, &request), call);
    state_->wait(request, call);
    std::copy_n(sums.begin(), own_count, own);
    return;
  }
  std::vector<std::int64_t> others(own_count * ranks);
  std::vector<MPI_Request> taken(ranks, MPI_REQUEST_NULL), sent(ranks, MPI_REQUEST_NULL);
  for (std::size_t step = 1; step < ranks && own_count > 0; ++step) {
    const std::size_t from = (mine + ranks - step) % ranks;
    check(MPI_Irecv(others.data() + from * own_count, static_cast<int>(own_count), MPI_INT64_T, static_cast<int>(from),
                    0, state_->comm, &taken[from]),
          "MPI_Irecv");
  }
  for (std::size_t step = 1; step < ranks; ++step) {  // not all to the same one first
    const std::size_t to = (mine + step) % ranks;
    if (counts[to] == 0) continue;
    check(MPI_Isend(values + std::accumulate(counts, counts + to, std::int64_t{0}), static_cast<int>(counts[to]),
                    MPI_INT64_T, static_cast<int>(to), 0, state_->comm, &sent[to]),
          "MPI_Isend");
  }
  for (std::size_t step = 1; step < ranks; ++step) {
    const std::size_t from = (mine + ranks - step) % ranks;
    state_->wait(taken[from], "MPI_Irecv");
    const std::int64_t* const part = others.data() + from * own_count;
    for (std::size_t i = 0; i < own_count; ++i) own[i] += part[i];
  }
  for (MPI_Request& request : sent) state_->wait(request, "MPI_Isend");
}

void Communicator::set_timeout(double seconds) {
  if (!(seconds >= 0))
    throw ArgumentError("mpi::Communicator: the timeout is " + std::to_string(seconds) + "; it must be >= 0.");
  state_->timeout = seconds;
}

const std::string& Communicator::failure() const noexcept { return state_->failure; }

bool Communicator::speaks() const noexcept { return state_->speaks; }

bool Communicator::end_together(int code, double seconds) noexcept {
  if (!state_->failure.empty()) {  // not all will come
    if (!state_->speaks) std::this_thread::sleep_for(std::chrono::duration<double>(seconds_to_speak));
    MPI_Abort(state_->comm, code);
    return false;
  }
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
