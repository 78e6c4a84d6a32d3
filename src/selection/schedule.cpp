#include "selection/schedule.hpp"

#include "base/fail.hpp"

namespace linden {

std::vector<Rung> schedule(const SearchOptions& options, int rounds, std::int64_t rows) {
  if (!options.halving) return {{options.trials, rounds, rows}};
  const Halving& halving = *options.halving;
  const bool by_rounds = halving.budget == Halving::Budget::rounds;
  const std::int64_t all = by_rounds ? rounds : rows;
  const std::int64_t least = halving.least > 0 ? halving.least : by_rounds ? 10 : 1000;
  std::int64_t divisor = 1;
  while (divisor * halving.factor <= options.trials && all / (divisor * halving.factor) >= least)
    divisor *= halving.factor;
  std::vector<Rung> rungs;
  for (std::int64_t trials = options.trials; divisor >= 1; divisor /= halving.factor, trials /= halving.factor) {
    const std::int64_t budget = all / divisor;
    rungs.push_back(
        {static_cast<int>(trials), by_rounds ? static_cast<int>(budget) : rounds, by_rounds ? rows : budget});
  }
  return rungs;
}

void check_schedule(const SearchOptions& options) {
  if (options.trials < 1 || options.trials > 1'000'000)
    fail<ArgumentError>("SearchOptions.trials is {}; it must be in [1, 1000000].", options.trials);
  if (!(options.seconds >= 0)) fail<ArgumentError>("SearchOptions.seconds is {}; it must be >= 0.", options.seconds);
  if (!options.halving) return;
  if (options.halving->factor < 2)
    fail<ArgumentError>("Halving.factor is {}; it must be 2 or more.", options.halving->factor);
  if (options.halving->least < 0) fail<ArgumentError>("Halving.least is {}; it must be >= 0.", options.halving->least);
}

}  // namespace linden
