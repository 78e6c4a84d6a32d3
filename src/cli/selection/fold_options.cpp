#include "cli/selection/fold_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <linden/cross_validation.hpp>
#include <map>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "cli/options.hpp"

namespace linden::cli {
namespace {

constexpr int default_count = 5;

// One number a row: those of the column, or the places of its texts in byte order, which is that of dates such as
// 2024-01-31.
std::vector<double> numbers_of(const Dataset& data, const std::string& option, const std::string& name) {
  if (data.is_sparse())
    fail<ArgumentError>("{} {}: columns of libsvm files have no names. Hint: a CSV file.", option, name);
  const std::vector<std::string> names = data.feature_names();
  if (std::ranges::find(names, name) == names.end())
    fail<ArgumentError>("{} {}: no such column. {}Columns: {}.", option, name, did_you_mean(name, names),
                        listing(names));
  const Column& column = data.column(name);
  const Tensor values = column.values.cast(DType::f64).contiguous();
  const auto numbers = values.span<const double>();
  const auto missing =
      std::ranges::find_if(numbers, [&](double v) { return column.categorical ? v < 0 : !std::isfinite(v); });
  if (missing != numbers.end())
    fail<DataError>("{} {}: the value is missing at {}.", option, name, data.where(missing - numbers.begin()));
  return {numbers.begin(), numbers.end()};
}

// Each value's rows are held out in turn.
std::vector<Fold> folds_of_values(const std::vector<double>& values, const FoldArguments& args) {
  std::map<double, Fold> by_value;
  for (const double value : values) by_value.try_emplace(value);
  if (by_value.size() < 2 || by_value.size() > 1000)
    fail<ArgumentError>("--fold-column {}: it has {}, and each is held out in turn: from 2 to 1000 make sense.",
                        args.column, counted(by_value.size(), "value"));
  for (std::size_t row = 0; row < values.size(); ++row)
    for (auto& [value, fold] : by_value)
      (value == values[row] ? fold.test : fold.train).push_back(static_cast<std::int64_t>(row));
  std::vector<Fold> folds;
  for (auto& [value, fold] : by_value) folds.push_back(std::move(fold));
  return folds;
}

std::string range_of(const std::vector<Fold>& folds, std::vector<std::int64_t> Fold::*part) {
  const auto size = [&](const Fold& fold) { return (fold.*part).size(); };
  const auto [least, most] = std::ranges::minmax(folds, {}, size);
  return size(least) == size(most) ? fmt::format("{}", size(least)) : fmt::format("{} to {}", size(least), size(most));
}

}  // namespace

void add_fold_options(CLI::App& command, FoldArguments& args) {
  command.add_option("--folds", args.count, "how many folds (default 5)")->check(whole_number(1, 1'000'000));
  command.add_flag("--stratified", args.stratified, "deal each class, or each stretch of a numeric label, evenly");
  command.add_option("--fold-groups", args.groups,
                     "CSV: a column whose rows of one value stay together (patients, ...); it is no feature");
  command.add_option("--fold-column", args.column,
                     "CSV: a column that says which fold a row is held out in; it is no feature");
  command.add_option("--time", args.time,
                     "CSV: a column of times; a fold trains on what is earlier and tests on what comes next; text is "
                     "ordered by its bytes, as dates such as 2024-01-31 are; it is no feature");
  command.add_flag("--ordered", args.ordered, "the same by the order of the rows");
  command.add_option("--gap", args.gap, "with --time or --ordered: rows left out before those that are tested on")
      ->check(whole_number(0, 2'147'483'647));
  command.add_option("--window", args.window, "with --time or --ordered: train on so many of the latest rows at most")
      ->check(whole_number(1, 2'147'483'647));
  command.add_option("--repeats", args.repeats, "deal folds so many times, with other seeds")
      ->check(whole_number(1, 1'000'000));
  command.add_option("--fold-seed", args.seed, "which rows are held out together (default 0)")->check(a_seed());
}

void check_fold_options(const FoldArguments& args) {
  std::vector<std::string> ways;
  const bool by_time = !args.time.empty() || args.ordered;
  if (args.stratified) ways.push_back("--stratified");
  if (!args.groups.empty()) ways.push_back("--fold-groups");
  if (!args.column.empty()) ways.push_back("--fold-column");
  if (!args.time.empty()) ways.push_back("--time");
  if (args.ordered) ways.push_back("--ordered");
  if (ways.size() > 1) fail<ArgumentError>("{} and {} do not go together. Hint: leave one out.", ways[0], ways[1]);
  const auto refuse_if = [](bool is_given, const char* option, const std::string& with) {
    if (is_given) fail<ArgumentError>("{} does not go with {}. Hint: leave one out.", option, with);
  };
  if (by_time || !args.column.empty()) {
    refuse_if(args.repeats > 1, "--repeats", ways[0]);
    refuse_if(args.seed != 0, "--fold-seed", ways[0]);
  }
  refuse_if(args.count > 0 && !args.column.empty(), "--folds", "--fold-column");
  if (!by_time && (args.gap > 0 || args.window > 0))
    fail<ArgumentError>("{} is for folds by time. Hint: --time COLUMN, or --ordered.",
                        args.gap > 0 ? "--gap" : "--window");
}

FoldedData folded(const Dataset& data, const FoldArguments& args) {
  FoldedData result{data, {}, ""};
  const auto take = [&](const char* option, const std::string& name) {
    std::vector<double> numbers = numbers_of(data, option, name);
    result.data = data.without(name);
    return numbers;
  };
  const int count = args.count > 0 ? args.count : default_count;
  std::string how;
  if (!args.column.empty()) {
    result.folds = folds_of_values(take("--fold-column", args.column), args);
    how = fmt::format("by column {}", args.column);
  } else if (!args.time.empty() || args.ordered) {
    TimeFoldOptions options{.count = count, .time = {}, .gap = args.gap, .window = args.window};
    if (!args.time.empty()) options.time = take("--time", args.time);
    result.folds = folds_by_time(result.data, options);
    how = args.ordered ? "by the order of rows" : fmt::format("by time ({})", args.time);
  } else {
    FoldOptions options{.count = count, .seed = args.seed, .stratified = args.stratified, .groups = {}};
    if (!args.groups.empty()) options.groups = take("--fold-groups", args.groups);
    result.folds = repeated_folds(result.data, options, args.repeats);
    how = args.stratified            ? "stratified"
          : !args.groups.empty()     ? fmt::format("whole groups of {}", args.groups)
          : result.data.has_groups() ? "whole groups"
                                     : "rows at random";
    if (args.repeats > 1) how += fmt::format(", {} times", args.repeats);
  }
  result.words = fmt::format("{}, {}: {} rows to train on, {} to test on", result.folds.size(), how,
                             range_of(result.folds, &Fold::train), range_of(result.folds, &Fold::test));
  return result;
}

}  // namespace linden::cli
