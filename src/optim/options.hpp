// The options of each optimizer, listed once: names and bounds, for checks and for the state.
#pragma once

#include <cmath>
#include <concepts>
#include <limits>
#include <linden/optim.hpp>
#include <type_traits>

#include "base/fail.hpp"
#include "optim/state_reader.hpp"

namespace linden::optim {

struct Bounds {
  double low, high;
  bool low_open = false, high_open = false;

  bool hold(double x) const {
    return (low_open ? x > low : x >= low) && (high_open ? x < high : x <= high) && std::isfinite(x);
  }
  std::string text() const {
    if (std::isinf(high)) return fmt::format("{} {}", low_open ? ">" : ">=", low);
    return fmt::format("in {}{}, {}{}", low_open ? '(' : '[', low, high, high_open ? ')' : ']');
  }
};

inline constexpr double unbounded = std::numeric_limits<double>::infinity();
inline constexpr Bounds rate_bounds{0, unbounded};
inline constexpr Bounds lbfgs_rate_bounds{0, unbounded, true};

// each_option(options, visit) calls visit(name, member, bounds) for every member.

template <class Options, class Visit>
requires std::same_as<std::remove_const_t<Options>, SgdOptions>
void each_option(Options& o, const Visit& visit) {
  visit("learning_rate", o.learning_rate, rate_bounds);
  visit("momentum", o.momentum, Bounds{0, 1});
  visit("dampening", o.dampening, Bounds{0, 1});
  visit("weight_decay", o.weight_decay, Bounds{0, unbounded});
  visit("nesterov", o.nesterov, Bounds{0, 1});
}

template <class Options, class Visit>
requires std::same_as<std::remove_const_t<Options>, AdamOptions>
void each_option(Options& o, const Visit& visit) {
  visit("learning_rate", o.learning_rate, rate_bounds);
  visit("beta1", o.beta1, Bounds{0, 1, false, true});
  visit("beta2", o.beta2, Bounds{0, 1, false, true});
  visit("epsilon", o.epsilon, Bounds{0, unbounded});
  visit("weight_decay", o.weight_decay, Bounds{0, unbounded});
}

template <class Options, class Visit>
requires std::same_as<std::remove_const_t<Options>, LbfgsOptions>
void each_option(Options& o, const Visit& visit) {
  constexpr double most = std::numeric_limits<int>::max();
  visit("learning_rate", o.learning_rate, lbfgs_rate_bounds);
  visit("max_iterations", o.max_iterations, Bounds{1, most});
  visit("max_evaluations", o.max_evaluations, Bounds{0, most});
  visit("gradient_tolerance", o.gradient_tolerance, Bounds{0, unbounded});
  visit("change_tolerance", o.change_tolerance, Bounds{0, unbounded});
  visit("history", o.history, Bounds{1, most});
  visit("line_search", o.line_search, Bounds{0, 1});
}

/// `optimizer` is "Sgd" for the message "SgdOptions.momentum is 2; it must be in [0, 1]."
inline void check_option(const char* optimizer, const char* name, double value, const Bounds& bounds) {
  if (!bounds.hold(value))
    fail<ArgumentError>("{}Options.{} is {}; it must be {}.", optimizer, name, value, bounds.text());
}

template <class Options>
void check_options(const char* optimizer, const Options& options) {
  each_option(options, [&](const char* name, const auto& member, const Bounds& bounds) {
    check_option(optimizer, name, static_cast<double>(member), bounds);
  });
  if constexpr (std::same_as<Options, SgdOptions>)
    if (options.nesterov && (options.momentum == 0 || options.dampening != 0))
      fail<ArgumentError>("SgdOptions.nesterov needs momentum > 0 and dampening 0, not {} and {}.", options.momentum,
                          options.dampening);
}

template <class Options>
void write_options(const Options& options, std::vector<NamedTensor>& state) {
  each_option(options, [&](const char* name, const auto& member, const Bounds&) {
    state.push_back({name, Tensor::full({}, static_cast<double>(member))});
  });
}

template <class Options>
Options read_options(const char* optimizer, StateReader& state) {
  Options options;
  each_option(options, [&](const char* name, auto& member, const Bounds& bounds) {
    const double value = state.number(name);
    check_option(optimizer, name, value, bounds);
    member = static_cast<std::remove_reference_t<decltype(member)>>(value);
  });
  check_options(optimizer, options);
  return options;
}

}  // namespace linden::optim
