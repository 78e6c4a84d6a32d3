// linden train --model linear: a fit with its certificate, and a word on stderr where there is something to mend.
#include <fmt/format.h>

#include <algorithm>
#include <linden/statistics.hpp>
#include <sstream>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "cli/train/formula.hpp"
#include "cli/ranks.hpp"
#include "cli/saving.hpp"
#include "cli/train/train.hpp"
#include "linear/config.hpp"

namespace linden::cli {
namespace {

// What the status means, and its cure. Nothing to say for a fit that converged.
std::string remark(const Certificate& c) {
  switch (c.status) {
    case FitStatus::converged:
    case FitStatus::imported: return "";
    case FitStatus::collinear:
      return fmt::format(
          "sums of other columns have weight 0: {}. Predictions are the same without them. Hint: --drop them, or a "
          "little l2 (--l2 1e-6) to share weights among them.",
          listing(c.collinear_columns));
    case FitStatus::separable:
      return fmt::format(
          "the loss has no minimum, it falls for ever as weights grow{}. Hint: a little l2 (--l2 1e-6), or --firth "
          "where there are two classes.",
          c.separating_columns.empty() ? "" : ": " + listing(c.separating_columns));
    case FitStatus::stationary_point:
      return "the objective is not convex, and other weights may be lower. Hint: penalty.shape absolute has one "
             "optimum.";
    case FitStatus::iteration_limit:
      return fmt::format(
          "{} left a relative gap of {:.2g}, and {:.2g} was asked for. Hint: --max-iterations {}, or "
          "another solver.",
          counted(c.iterations, "iteration"), c.relative_gap, c.tolerance,
          10 * static_cast<std::int64_t>(c.iterations));
    case FitStatus::stalled:
      return fmt::format(
          "rounding stopped the fit at a relative gap of {:.2g}, and {:.2g} was asked for. Hint: a larger tolerance, a "
          "little l2 (--l2 1e-6), or another solver.",
          c.relative_gap, c.tolerance);
  }
  return "";
}

// The table of errors and tests, where the fit has one and it takes no longer than the fit. The model is written: that
// there is none is no error.
void print_statistics(const TrainArguments& args, const LinearModel& model, const Dataset& train) {
  constexpr std::size_t most_weights = 100;
  constexpr double most_work = 2e9;
  const auto weights = model.weights().size() + model.intercept().size();
  const double work = static_cast<double>(train.rows()) * static_cast<double>(weights) * static_cast<double>(weights);
  const LinearConfig& config = model.config();
  if (is_penalised(config) || weights > most_weights || work > most_work) return;
  std::ostringstream table;
  try {
    table << statistics(model, train,
                        {.weights = args.read.trials.empty() ? WeightMeaning::copies : WeightMeaning::precisions,
                         .threads = args.read.threads});
  } catch (const Error&) {
    return;  // linden summary says why
  }
  fmt::print(args.report(), "\n{}\n", table.str());
}

}  // namespace

void train_linear(const TrainArguments& asked) {
  TrainArguments args = asked;
  if (args.save_history)
    fail<ArgumentError>("--save-history is for boosted models: a linear fit has no rounds. Hint: leave it out.");
  if (args.patience > 0)
    fail<ArgumentError>("--patience is for boosted models: a linear fit ends at its optimum. Hint: leave it out.");
  if (!args.start.empty())
    fail<ArgumentError>("--start is for boosted models: a linear fit ends at its optimum. Hint: leave it out.");
  LinearConfig config = configure<LinearConfig>(args.set);
  settle_formula(config, args.read);
  config.check();  // before the data is read
  const TrainingInput input(args);
  config.loss = chosen_loss(args, config.loss, input);
  check_exposure(args.read, config.loss);
  const double start = now();
  const LinearOptions options{
      .device = input.device, .threads = args.read.threads, .ranks = ranks(), .checkpoint = checkpoint_of(args)};
  // On the CPU, unless another device is asked for, which it refuses.
  const LinearOptions of_firth{.device = args.device == "auto" ? Device::cpu() : options.device,
                               .threads = options.threads,
                               .ranks = options.ranks,
                               .checkpoint = options.checkpoint};
  const LinearModel model =
      args.firth ? fit_firth(input.train, config, of_firth) : fit_linear(input.train, config, options);
  if (!is_first()) return;
  const double write_start = now();
  write_model(model, args);
  const double seconds_write = now() - write_start;

  const auto zeros = static_cast<std::size_t>(std::ranges::count(model.weights(), 0));
  fmt::print(args.report(), "model       {}: linear, {} of {} not 0\n", args.out, model.weights().size() - zeros,
             counted(model.weights().size(), "weight is", "weights are"));
  Certificate certificate = model.certificate();
  certificate.seconds = 0;  // they stand among the others below
  std::ostringstream lines;
  lines << certificate;
  fmt::print(args.report(), "{}", lines.str());
  print_statistics(args, model, input.train);
  const Json metrics = report_metrics(args, input, model);
  fmt::print(args.report(), "seconds     read {:.3f}, train {:.3f}, write {:.3f}\n", input.seconds_read,
             write_start - start, seconds_write);
  write_report(args,
               {{"seconds", {{"read", input.seconds_read}, {"train", write_start - start}, {"write", seconds_write}}},
                {"metrics", metrics},
                {"certificate", Json::parse(to_json(model.certificate()))}});
  std::vector<std::string> remarks = input.remarks;
  add_new(remarks, model.warnings());
  print_remarks(remarks);
  const std::string text = remark(model.certificate());
  if (!text.empty()) fmt::print(stderr, "linden: status {}: {}\n", name_of(model.certificate().status), text);
}

}  // namespace linden::cli
