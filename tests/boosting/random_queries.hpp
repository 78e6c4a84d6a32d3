// Random data in groups, for the tests of rankings.
#pragma once

#include <vector>

#include "boosting/random_data.hpp"

namespace linden {

struct RandomQueries {
  RandomData data;
  std::vector<std::int64_t> sizes;

  Dataset dataset() const { return data.dataset().with_groups(GroupList::sizes(sizes), "query"); }

  /// The groups in another order, their rows as they were.
  RandomQueries shuffled(Random& random) const {
    std::vector<int> first{0}, order;
    for (const std::int64_t size : sizes) first.push_back(first.back() + static_cast<int>(size));
    RandomQueries result;
    for (const int g : shuffled_rows(random, static_cast<int>(sizes.size()))) {
      result.sizes.push_back(sizes[static_cast<std::size_t>(g)]);
      for (int row = first[g]; row < first[g + 1]; ++row) order.push_back(row);
    }
    result.data = data.take(order);
    return result;
  }
};

/// Groups of 1 to `longest` rows; what is relevant depends on the first column.
inline RandomQueries random_queries(Random& random, int rows, int longest = 30, int features = 5) {
  RandomQueries queries;
  queries.data = random_data(random, rows, features, "lambdarank");
  for (int left = rows; left > 0; left -= static_cast<int>(queries.sizes.back()))
    queries.sizes.push_back(std::min(left, 1 + random.below(longest)));
  return queries;
}

/// The names of the losses of groups.
inline std::vector<std::string> losses_of_groups() {
  std::vector<std::string> names = loss::names();
  std::erase_if(names, [](const std::string& name) { return loss::by_name(name).label_kind() != LabelKind::grades; });
  return names;
}

}  // namespace linden
