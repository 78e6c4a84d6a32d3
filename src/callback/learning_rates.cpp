// A learning rate for each round, as a function.
#include <linden/callback.hpp>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"

namespace linden {

Callback learning_rates(std::function<double(int round)> rate_of) try {
  if (!rate_of) fail<ArgumentError>("learning_rates: there is no function.");
  return [rate_of = std::move(rate_of)](const Round& round) {
    return round.index + 1 < round.rounds ? Signal::proceed_with(rate_of(round.index + 1)) : Signal::proceed();
  };
} catch (const std::bad_alloc&) {
  fail_out_of_memory("learning_rates");
}

}  // namespace linden
