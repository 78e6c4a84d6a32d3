// Fits on the ranks of MPI: every rank has the bytes of one machine. Run by a launcher; prints what differs, and ends
// with 1 where something does.
#include <chrono>
#include <functional>
#include <iostream>
#include <linden/mpi.hpp>
#include <thread>

#include "ranks/real_sets.hpp"

namespace linden {
namespace {

// The texts of all ranks.
std::vector<std::string> gathered(Communicator& world, const std::string& mine) {
  const auto count = static_cast<std::size_t>(world.size());
  const std::uint64_t size = mine.size();
  std::vector<std::uint64_t> sizes(count);
  world.gather(&size, sizeof size, sizes.data());
  const std::uint64_t most = *std::ranges::max_element(sizes);
  std::string padded = mine, all(most * count, '\0');
  padded.resize(most);
  world.gather(padded.data(), static_cast<std::int64_t>(most), all.data());
  std::vector<std::string> texts;
  for (std::size_t rank = 0; rank < count; ++rank) texts.push_back(all.substr(rank * most, sizes[rank]));
  return texts;
}

int compare_fits(Communicator& world, const std::vector<FitOfRanks>& fits) {
  int failures = 0;
  for (const FitOfRanks& fit : fits) {
    const std::string wanted = world.rank() == 0 ? fitted(fit, {}, 0, {}) : "";
    for (const RowSplit& any : splits_of(fit.train.rows(), world.size())) {
      const RowSplit split = between_groups(any, fit.train);
      const std::vector<std::string> found = gathered(world, fitted(fit, split, world.rank(), world));
      for (std::size_t rank = 0; rank < found.size(); ++rank) {
        if (world.rank() > 0 || found[rank] == wanted) continue;
        std::cerr << fit.name << ": rank " << rank << " of " << world.size() << " has another model\n";
        ++failures;
      }
    }
  }
  return failures;
}

int compare_linear(Communicator& world) {
  const Dataset all = classes_of(mixed_rows(22, 240), 2, true).without({"x2", "x3", "x4"});
  const RowSplit split = splits_of(all.rows(), world.size()).front();
  const LinearModel model = fit_linear(part_of_rank(all, split, world.rank()), {.loss = loss::logistic(), .l2 = 0.01},
                                       {.threads = 1, .ranks = world});
  int failures = 0;
  for (const std::string& other : gathered(world, model.to_string()))
    if (other != model.to_string()) ++failures;
  if (failures > 0) std::cerr << "linear: ranks have " << failures << " other models\n";
  return failures;
}

// A refusal that one rank alone has reason for reaches all.
int compare_refusals(Communicator& world) {
  if (world.size() == 1) return 0;
  const bool is_last = world.rank() == world.size() - 1;
  try {
    fit_boosted(mixed(1, 40), {.loss = loss::squared(), .rounds = 2, .learning_rate = is_last ? 0.2 : 0.1},
                {.threads = 1, .ranks = world});
  } catch (const ArgumentError&) {
    return 0;
  }
  std::cerr << "rank " << world.rank() << " was not told that another has another configuration\n";
  return 1;
}

// Without a timeout every call waits for a rank that is late.
int wait_for_ever(mpi::Communicator& world) {
  const auto ranks = static_cast<std::size_t>(world.size());
  const std::vector<std::int64_t> each(ranks, 1);
  std::vector<std::int64_t> sums(ranks, 1);
  std::vector<char> all(ranks);
  double most = world.rank();
  const std::vector<std::function<void()>> calls{
      [&] { world.sum(sums.data(), world.size()); }, [&] { world.reduce_scatter(sums.data(), each.data()); },
      [&] { world.max(&most, 1); }, [&] { world.gather("a", 1, all.data()); }};
  int failures = 0;
  world.set_timeout(0);
  for (const auto& call : calls) {
    if (world.rank() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    try {
      call();
    } catch (const Error& error) {
      std::cerr << "rank " << world.rank() << " should have waited: " << error.what() << '\n';
      ++failures;
    }
  }
  world.set_timeout(300);
  const auto mine = static_cast<std::size_t>(world.rank());
  return failures + (sums[mine] == static_cast<std::int64_t>(ranks * ranks) ? 0 : 1);
}

}  // namespace
}  // namespace linden

// With a folder of real sets on these, else on rows that are made.
int main(int argc, char** argv) {
  linden::mpi::Communicator world;
  if (argc > 1) {
    const auto fits = linden::real_fits(argv[1]);
    if (fits.empty() && world.rank() == 0) std::cout << "skipped: no folder of real data, " << argv[1] << '\n';
    if (fits.empty()) return 77;
    std::int64_t failures = linden::compare_fits(world, fits);
    world.sum(&failures, 1);
    if (world.rank() == 0) std::cout << world.size() << " ranks, real sets: " << failures << " failures\n";
    return failures == 0 ? 0 : 1;
  }
  std::int64_t failures = linden::compare_fits(world, linden::fits_of_ranks()) + linden::compare_linear(world) +
                          linden::compare_refusals(world) + linden::wait_for_ever(world);
  world.sum(&failures, 1);
  if (world.rank() == 0) std::cout << world.size() << " ranks: " << failures << " failures\n";
  return failures == 0 ? 0 : 1;
}
