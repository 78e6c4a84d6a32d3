// What fields may be in a search, as numbers in [0, 1) and as text.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <linden/search.hpp>
#include <set>

#include "backend/math/math.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"

namespace linden {

struct SearchValuesMaker {
  static SearchValues make(SearchValues::Kind kind, double low, double high, std::vector<std::string> choices = {}) {
    return {kind, low, high, std::move(choices)};
  }
};

namespace {

using Kind = SearchValues::Kind;

constexpr std::int64_t largest_integer = std::int64_t{1} << 53;  // doubles count up to there

bool is_log(Kind kind) { return kind == Kind::log_uniform || kind == Kind::log_integers; }
bool is_whole(Kind kind) { return kind == Kind::integers || kind == Kind::log_integers; }

SearchValues range(const char* name, Kind kind, double low, double high) {
  if (!std::isfinite(low) || !std::isfinite(high) || !(low <= high))
    fail<ArgumentError>("space::{}({}, {}): the ends must be numbers, the lower one first.", name, low, high);
  if (is_log(kind) && !(low > 0))
    fail<ArgumentError>("space::{}({}, {}): the lower end must be > 0, for there are no logarithms of others.", name,
                        low, high);
  if (is_whole(kind) && (std::abs(low) > largest_integer || std::abs(high) > largest_integer))
    fail<ArgumentError>("space::{}({:.0f}, {:.0f}): the ends must be from -{} to {}.", name, low, high, largest_integer,
                        largest_integer);
  return SearchValuesMaker::make(kind, low, high);
}

// Six digits; the ends as they are.
std::string real_text(double value, double low, double high) {
  const std::string text = fmt::format("{:.6g}", value);
  double rounded = value;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return rounded <= low ? fmt::format("{}", low) : rounded >= high ? fmt::format("{}", high) : text;
}

// With a point where a whole number would be taken for one of a range of integers.
std::string with_point(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".e") == text.npos ? text + ".0" : text;
}

bool parse(std::string_view text, double& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> pieces;
  for (;;) {
    const std::size_t comma = text.find(',');
    pieces.emplace_back(text.substr(0, comma));
    if (comma == text.npos) return pieces;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

std::string SearchValues::text() const {
  if (kind_ == Kind::choices) return fmt::format("{}", fmt::join(choices_, ","));
  return fmt::format("{}{}..{}", is_log(kind_) ? "log:" : "",
                     is_whole(kind_) ? fmt::format("{}", low_) : with_point(low_),
                     is_whole(kind_) ? fmt::format("{}", high_) : with_point(high_));
}

std::vector<std::string> SearchValues::ends() const {
  if (kind_ == Kind::choices) return choices_;
  return {at(0), at(1)};
}

std::string SearchValues::at(double uniform) const {
  const auto between = [&](double low, double high) {
    return is_log(kind_) ? math::exp(math::log(low) + uniform * (math::log(high) - math::log(low)))
                         : low + uniform * (high - low);
  };
  if (kind_ == Kind::choices) {
    const auto at = static_cast<std::size_t>(uniform * static_cast<double>(choices_.size()));
    return choices_[std::min(at, choices_.size() - 1)];
  }
  if (is_whole(kind_))
    return fmt::format("{}", static_cast<std::int64_t>(std::clamp(std::floor(between(low_, high_ + 1)), low_, high_)));
  return real_text(between(low_, high_), low_, high_);
}

namespace space {

SearchValues uniform(double low, double high) { return range("uniform", Kind::uniform, low, high); }
SearchValues log_uniform(double low, double high) { return range("log_uniform", Kind::log_uniform, low, high); }

SearchValues integers(std::int64_t low, std::int64_t high) {
  return range("integers", Kind::integers, static_cast<double>(low), static_cast<double>(high));
}

SearchValues log_integers(std::int64_t low, std::int64_t high) {
  return range("log_integers", Kind::log_integers, static_cast<double>(low), static_cast<double>(high));
}

SearchValues choices(std::vector<std::string> values) {
  if (values.empty()) fail<ArgumentError>("space::choices: there are none.");
  std::set<std::string_view> seen;
  for (const std::string& value : values)
    if (!seen.insert(value).second)
      fail<ArgumentError>("space::choices: \"{}\" is there twice. Hint: leave one out.", value);
  return SearchValuesMaker::make(Kind::choices, 0, 0, std::move(values));
}

SearchValues by_text(std::string_view text) try {
  constexpr std::string_view log = "log:";
  const bool logarithmic = text.starts_with(log);
  const std::string_view ends = text.substr(logarithmic ? log.size() : 0);
  const std::size_t dots = ends.find("..");
  if (dots == ends.npos) {
    if (logarithmic || text.empty())
      fail<ArgumentError>("space: \"{}\" is no range and no choice. Hint: 0.1..1.0, log:0.01..0.3, 1..50 or a,b,c.",
                          text);
    return choices(pieces_of(text));
  }
  const std::string_view first = ends.substr(0, dots), second = ends.substr(dots + 2);
  double low = 0, high = 0;
  if (!parse(first, low) || !parse(second, high))
    fail<ArgumentError>("space: \"{}\" is no range of numbers. Hint: 0.1..1.0, log:0.01..0.3 or 1..50.", text);
  const bool whole =
      ends.substr(0, dots).find_first_of(".eE") == ends.npos && second.find_first_of(".eE") == second.npos;
  if (whole)
    return range(logarithmic ? "log_integers" : "integers", logarithmic ? Kind::log_integers : Kind::integers, low,
                 high);
  return logarithmic ? log_uniform(low, high) : uniform(low, high);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("space::by_text");
}

SearchSpace of(const BoostingConfig& config) {
  if (config.growth == Growth::oblivious)
    return {{"learning_rate", log_uniform(0.02, 0.3)},
            {"max_depth", integers(2, 9)},
            {"l2", log_uniform(0.01, 30)},
            {"row_fraction", uniform(0.5, 1)},
            {"feature_fraction", uniform(0.4, 1)}};
  return {{"learning_rate", log_uniform(0.02, 0.3)},  {"max_leaves", log_integers(4, 128)},
          {"min_rows_in_leaf", log_integers(2, 100)}, {"l2", log_uniform(0.01, 30)},
          {"row_fraction", uniform(0.5, 1)},          {"feature_fraction", uniform(0.4, 1)}};
}

SearchSpace of(const LinearConfig&) { return {{"l1", log_uniform(1e-6, 1)}, {"l2", log_uniform(1e-6, 1)}}; }

}  // namespace space
}  // namespace linden
