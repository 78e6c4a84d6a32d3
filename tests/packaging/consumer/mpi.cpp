// What a user of the component mpi writes first: a fit whose rows lie on all ranks.
#include <linden/linden.hpp>
#include <linden/mpi.hpp>

#include <iostream>
#include <vector>

int main() {
  linden::mpi::Communicator world;
  std::vector<double> values, labels;
  for (int row = world.rank(); row < 8; row += world.size()) {
    values.push_back(row);
    labels.push_back(row < 4 ? 1 : 5);
  }
  const auto data = linden::Dataset::from_rows(values, 1, {.label = labels});
  const auto model = linden::fit_boosted(
      data, {.loss = linden::loss::squared(), .rounds = 2, .learning_rate = 1, .l2 = 0, .min_rows_in_leaf = 1},
      {.threads = 1, .ranks = world});
  double low = 0, high = 0;
  const double first = 0, last = 7;
  model.predict_row({&first, 1}, {&low, 1});
  model.predict_row({&last, 1}, {&high, 1});
  if (world.rank() == 0) std::cout << world.size() << " ranks predict " << low << " and " << high << '\n';
  return low == 1 && high == 5 ? 0 : 1;
}
