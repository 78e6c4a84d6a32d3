// A fit that pauses after every round, so that whoever drives it may look at the metrics of several fits before any of
// them goes on. fit_boosted drives one to its end; cross-validation drives one a fold, side by side.
#pragma once

#include <coroutine>
#include <exception>
#include <linden/boosting.hpp>
#include <span>
#include <utility>
#include <vector>

#include "boosting/bins/known_cuts.hpp"
#include "ranks/parts_of_rows.hpp"

namespace linden {

class FitInRounds {
 public:
  struct promise_type {
    std::span<const MetricValue> metrics;
    BoostedModel model;
    std::exception_ptr error;

    FitInRounds get_return_object() { return FitInRounds(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(std::span<const MetricValue> values) noexcept {
      metrics = values;
      return {};
    }
    void return_value(BoostedModel trained) noexcept { model = std::move(trained); }
    void unhandled_exception() noexcept { error = std::current_exception(); }
  };

  explicit FitInRounds(std::coroutine_handle<promise_type> fit) noexcept : fit_(fit) {}
  FitInRounds(FitInRounds&& other) noexcept : fit_(std::exchange(other.fit_, nullptr)) {}
  FitInRounds& operator=(FitInRounds&&) = delete;
  ~FitInRounds() {
    if (fit_) fit_.destroy();
  }

  /// Asks the callbacks about the last round, if there was one, trains the next and measures it. False when training
  /// has ended. Throws what the fit throws, after which the fit has ended, too.
  bool next() {
    if (fit_.done()) return false;
    fit_.resume();
    if (fit_.promise().error) std::rethrow_exception(std::exchange(fit_.promise().error, nullptr));
    return !fit_.done();
  }
  /// Of the round that next() trained.
  std::span<const MetricValue> metrics() const noexcept { return fit_.promise().metrics; }
  /// When next() has said that training has ended.
  BoostedModel model() const { return fit_.promise().model; }

 private:
  std::coroutine_handle<promise_type> fit_;
};

/// What fit_boosted does, round by round. All arguments must outlive the fit; tensor operations of losses on the tape
/// use the threads in force where it is driven (Threads). `known` has cuts of the same rows that an earlier fit made,
/// and receives those that this one makes; null: none are kept. `part`: what this rank, one of this process, has of
/// rows whose others have theirs of the same data; then `all` and the validation sets of `options` are not looked at.
FitInRounds fit_in_rounds(const Dataset& all, const BoostingConfig& config, const FitOptions& options,
                          KnownCuts* known = nullptr, const PartOfRows* part = nullptr);

}  // namespace linden
