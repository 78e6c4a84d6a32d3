#include "boosting/fit_on_devices.hpp"

#include <algorithm>
#include <exception>
#include <linden/threads.hpp>
#include <system_error>
#include <thread>

#include "backend/thread_ranks.hpp"
#include "base/fail.hpp"
#include "base/parallel.hpp"
#include "boosting/fit_in_rounds.hpp"
#include "ranks/parts_of_rows.hpp"

namespace linden {
namespace {

// How a rank has ended.
struct Ended {
  BoostedModel model;
  std::exception_ptr error;
  bool by_another = false;  // what went wrong there
};

void drive(const PartOfRows& part, const BoostingConfig& config, const FitOptions& options, ThreadRanks::Seat& seat,
           Ended& ended) noexcept {
  try {
    const Threads tape_threads(options.threads);
    FitOptions own = options;
    own.ranks = seat;
    FitInRounds fit = fit_in_rounds(part.train.here, config, own, nullptr, &part);
    while (fit.next()) {
    }
    ended.model = fit.model();
  } catch (const FailedElsewhere&) {
    ended.error = std::current_exception();
    ended.by_another = true;
  } catch (...) {
    ended.error = std::current_exception();
  }
  if (ended.error) seat.leave();
}

}  // namespace

void check_devices(const FitOptions& options) {
  const std::vector<Device>& devices = options.devices;
  if (devices.empty()) return;
  if (options.device != Device::cpu())
    fail<ArgumentError>("FitOptions.devices has {}, and .device is {}, too. Hint: leave one of the two out.",
                        devices.front().name(), options.device.name());
  if (options.ranks.get() != nullptr)
    fail<ArgumentError>(
        "FitOptions.devices does not go with .ranks. Hint: a rank for each GPU, which has it as its .device.");
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (devices[i].kind() == Device::Kind::cpu)
      fail<ArgumentError>(
          "FitOptions.devices has cpu, and is a list of GPUs. Hint: the CPU is .device, and uses all cores.");
    if (std::find(devices.begin(), devices.begin() + static_cast<std::ptrdiff_t>(i), devices[i]) !=
        devices.begin() + static_cast<std::ptrdiff_t>(i))
      fail<ArgumentError>("FitOptions.devices has {} twice. Hint: each GPU once.", devices[i].name());
  }
}

BoostedModel fit_on_devices(const Dataset& train, const BoostingConfig& config, const FitOptions& options) {
  const int count = static_cast<int>(options.devices.size());
  const std::vector<PartOfRows> parts = parts_of_rows(train, options.valid, count);
  ThreadRanks all(count);
  std::vector<ThreadRanks::Seat> seats;
  std::vector<FitOptions> of_rank(options.devices.size(), options);
  for (int rank = 0; rank < count; ++rank) {
    seats.emplace_back(all, rank);
    FitOptions& own = of_rank[static_cast<std::size_t>(rank)];
    own.device = options.devices[static_cast<std::size_t>(rank)];
    own.devices.clear();
    own.threads = std::max(1, Workers(options.threads).threads() / count);
  }
  std::vector<Ended> ended(options.devices.size());
  std::vector<std::jthread> threads;
  const auto drive_one = [&](std::size_t rank) { drive(parts[rank], config, of_rank[rank], seats[rank], ended[rank]); };
  try {
    for (std::size_t rank = 1; rank < ended.size(); ++rank) threads.emplace_back(drive_one, rank);
    drive_one(0);
  } catch (const std::system_error& error) {
    seats.front().leave();
    ended.front().error = std::make_exception_ptr(
        DeviceError(fmt::format("fit_boosted: no thread can be had to drive {}: {}. Hint: fewer .devices.",
                                options.devices[threads.size() + 1].name(), error.what())));
  }
  threads.clear();  // waits for them
  for (const bool by_another : {false, true})
    for (const Ended& rank : ended)
      if (rank.error && rank.by_another == by_another) std::rethrow_exception(rank.error);
  return ended.front().model;
}

}  // namespace linden
