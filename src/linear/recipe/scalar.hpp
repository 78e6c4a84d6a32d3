// A number made of one column: functions and powers, one after the other.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

struct ScalarStep {
  enum class Kind { log, log1p, exp, sqrt, abs, power };

  Kind kind = Kind::log;
  double power = 1;  ///< of Kind::power

  /// NaN or infinite where there is no such number.
  double operator()(double x) const {
    switch (kind) {
      case Kind::log: return std::log(x);
      case Kind::log1p: return std::log1p(x);
      case Kind::exp: return std::exp(x);
      case Kind::sqrt: return std::sqrt(x);
      case Kind::abs: return std::abs(x);
      case Kind::power: return power == 2 ? x * x : std::pow(x, power);
    }
    return x;
  }

  bool operator==(const ScalarStep&) const = default;
};

/// The names of functions, as formulas and files have them; powers are "power".
inline constexpr std::string_view scalar_functions[] = {"log", "log1p", "exp", "sqrt", "abs", "power"};

inline std::optional<ScalarStep::Kind> scalar_function(std::string_view name) {
  for (std::size_t k = 0; k < std::size(scalar_functions); ++k)
    if (scalar_functions[k] == name) return static_cast<ScalarStep::Kind>(k);
  return std::nullopt;
}

inline double after(const std::vector<ScalarStep>& steps, double x) {
  for (const ScalarStep& step : steps) x = step(x);
  return x;
}

}  // namespace linden
