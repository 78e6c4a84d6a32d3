// linden train --model online: rows learnt one after the other, in one pass or several, with what each cost before it
// was learnt.
#include <fmt/format.h>

#include <algorithm>
#include <linden/online.hpp>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "cli/ranks.hpp"
#include "cli/train/formula.hpp"
#include "cli/train/train.hpp"

namespace linden::cli {
namespace {

void refuse_if(bool is_given, const char* option, const char* why) {
  if (is_given) fail<ArgumentError>("{} is not for online models: {}. Hint: leave it out.", option, why);
}

void check_options(const TrainArguments& args) {
  refuse_if(args.save_history, "--save-history", "they have no rounds");
  refuse_if(args.patience > 0, "--patience", "--epochs says when they end");
  refuse_if(!args.start.empty(), "--start", "only boosted models go on");
  refuse_if(args.firth, "--firth", "it wants an optimum");
  refuse_if(!args.read.trials.empty(), "--trials", "it is for the fits of --model linear");
  refuse_if(!args.read.exposure.empty(), "--exposure", "offsets are columns, --offset");
  refuse_if(!args.checkpoint.empty(), "--checkpoint", "a pass over the rows is all that there is to do again");
  refuse_if(ranks().get() != nullptr, "mpirun", "each row waits for the one before");
}

}  // namespace

void train_online(const TrainArguments& args) {
  check_options(args);
  OnlineConfig config = configure<OnlineConfig>(args.set);
  config.check();  // before the data is read
  TrainArguments on_cpu = args;
  if (on_cpu.device == "auto") on_cpu.device = "cpu";  // no other has an answer
  const TrainingInput input(on_cpu);
  config.loss = chosen_loss(args, config.loss, input);
  OnlineLearner learner(config, {.device = input.device});
  const double start = now();
  Json losses = Json::array();
  for (int epoch = 1; epoch <= args.epochs; ++epoch) {
    losses.push_back(learner.partial_fit(input.train));
    fmt::print(args.report(), "epoch {:<5} loss {:.6g} ({}, each before it was learnt{})\n", epoch,
               losses.back().get<double>(), counted(input.train.rows(), "row"), epoch == 1 ? "" : " again");
  }
  const LinearModel model = learner.to_model();
  const double write_start = now();
  write_model(model, args);
  const double seconds_write = now() - write_start, seconds_train = write_start - start;

  const auto zeros = static_cast<std::size_t>(std::ranges::count(model.weights(), 0));
  fmt::print(args.report(), "model       {}: linear, {} of {} not 0\n", args.out, model.weights().size() - zeros,
             counted(model.weights().size(), "weight is", "weights are"));
  const Json metrics = report_metrics(args, input, model);
  fmt::print(args.report(), "seconds     read {:.3f}, train {:.3f}, write {:.3f}\n", input.seconds_read, seconds_train,
             seconds_write);
  fmt::print(args.report(), "speed       {:.3g} rows a second\n",
             static_cast<double>(learner.progress().rows) / seconds_train);
  print_remarks(input.remarks);
  write_report(args, {{"seconds", {{"read", input.seconds_read}, {"train", seconds_train}, {"write", seconds_write}}},
                      {"losses", losses},
                      {"metrics", metrics}});
}

}  // namespace linden::cli
