// What a user writes first: the version, and two rounds on eight rows held in memory.
#include <linden/linden.hpp>

#include <iostream>
#include <vector>

int main() {
  const std::vector<double> values = {0, 1, 2, 3, 4, 5, 6, 7};
  const std::vector<double> labels = {1, 1, 1, 1, 5, 5, 5, 5};
  const auto data = linden::Dataset::from_rows(std::span(values), 1, {.label = labels});
  const auto model = linden::fit_boosted(
      data, {.loss = linden::loss::squared(), .rounds = 2, .learning_rate = 1, .l2 = 0, .min_rows_in_leaf = 1});

  // One split separates the two labels exactly, so that the model gives them back.
  double low = 0, high = 0;
  const double first = 0, last = 7;
  model.predict_row({&first, 1}, {&low, 1});
  model.predict_row({&last, 1}, {&high, 1});
  std::cout << "linden " << linden::version() << " predicts " << low << " and " << high << '\n';
  return low == 1 && high == 5 ? 0 : 1;
}
