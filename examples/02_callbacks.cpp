// 02 Callbacks: early stopping on a validation set, a log of every round, and a callback of your own.
//
//     build/check/examples/02_callbacks
#include <iostream>
#include <linden/linden.hpp>

using namespace linden;

int main() {
  const Dataset data = Dataset::from_csv("examples/data/diabetes.csv", {.label = "progression"});
  const auto [train, valid] = data.split({.test_fraction = 0.25, .seed = 1});

  // Any function of a Round is a callback: it sees the metrics and may end training.
  const Callback report = [](const Round& round) {
    if (round.index % 20 == 0)
      std::cout << "round " << round.index << "  " << round.metrics[0].name << ' ' << round.metrics[0].value << '\n';
    return round.seconds > 60 ? Signal::stop() : Signal::proceed();
  };

  const BoostedModel model =
      fit_boosted(train, {.loss = loss::squared(), .rounds = 1000, .learning_rate = 0.05, .max_leaves = 7},
                  {.valid = valid,
                   .metrics = {metric::rmse(), metric::r2()},
                   .callbacks = {report, json_lines("diabetes.jsonl"), early_stopping({.patience = 30})}});

  // The model is cut to its best round.
  std::cout << "kept " << model.rounds() << " of " << model.history().size() << " rounds, rmse "
            << model.history()[model.rounds() - 1][0].value << '\n';
}
