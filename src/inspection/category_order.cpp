#include "inspection/category_order.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace linden {
namespace {

constexpr int cells_of_numbers = 10;

// Which cell each row is in: a quantile of numbers, or a category; -1 where the value is missing.
std::vector<int> cells(const FeatureValuesOfRows& feature, int& count) {
  std::vector<int> cell(feature.values.size(), -1);
  count = 0;
  if (feature.categorical) {
    for (std::size_t row = 0; row < cell.size(); ++row)
      if (!std::isnan(feature.values[row])) {
        cell[row] = static_cast<int>(feature.values[row]);
        count = std::max(count, cell[row] + 1);
      }
    return cell;
  }
  std::vector<double> sorted;
  std::ranges::copy_if(feature.values, std::back_inserter(sorted), [](double value) { return !std::isnan(value); });
  if (sorted.empty()) return cell;
  std::ranges::sort(sorted);
  std::vector<double> ends;
  for (int i = 1; i < cells_of_numbers; ++i)
    ends.push_back(sorted[static_cast<std::size_t>(i) * (sorted.size() - 1) / cells_of_numbers]);
  count = cells_of_numbers;
  for (std::size_t row = 0; row < cell.size(); ++row)
    if (!std::isnan(feature.values[row]))
      cell[row] = static_cast<int>(std::ranges::lower_bound(ends, feature.values[row]) - ends.begin());
  return cell;
}

// Adds to `distances` [categories, categories] how far apart the distributions of one feature are.
void add_distances(std::vector<double>& distances, std::span<const int> category, int categories,
                   const FeatureValuesOfRows& feature) {
  int count = 0;
  const std::vector<int> cell = cells(feature, count);
  const auto all = static_cast<std::size_t>(categories), width = static_cast<std::size_t>(count);
  std::vector<double> share(all * width), total(all);
  for (std::size_t row = 0; row < cell.size(); ++row)
    if (category[row] >= 0 && cell[row] >= 0) {
      ++share[static_cast<std::size_t>(category[row]) * width + static_cast<std::size_t>(cell[row])];
      ++total[static_cast<std::size_t>(category[row])];
    }
  for (std::size_t c = 0; c < all; ++c)
    for (std::size_t i = 0; i < width && total[c] > 0; ++i) share[c * width + i] /= total[c];
  for (std::size_t a = 0; a < all; ++a)
    for (std::size_t b = 0; b < a; ++b) {
      double variation = 0, so_far = 0, largest = 0;
      for (std::size_t i = 0; i < width; ++i) {
        const double difference = share[a * width + i] - share[b * width + i];
        variation += std::abs(difference) / 2;
        so_far += difference;
        largest = std::max(largest, std::abs(so_far));
      }
      const double distance = feature.categorical ? variation : largest;
      distances[a * all + b] += distance;
      distances[b * all + a] += distance;
    }
}

// The first coordinate of classical scaling: the leading eigenvector of the doubly centred squares, by power iteration.
std::vector<double> first_coordinate(const std::vector<double>& distances, std::size_t n) {
  std::vector<double> centred(n * n), mean(n);
  double grand = 0;
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < n; ++b) mean[a] += distances[a * n + b] * distances[a * n + b] / static_cast<double>(n);
    grand += mean[a] / static_cast<double>(n);
  }
  double shift = 0;  // makes all eigenvalues positive, so that the largest is the one that is found
  for (std::size_t a = 0; a < n; ++a) {
    double row = 0;
    for (std::size_t b = 0; b < n; ++b) {
      const double square = distances[a * n + b] * distances[a * n + b];
      centred[a * n + b] = -(square - mean[a] - mean[b] + grand) / 2;
      row += std::abs(centred[a * n + b]);
    }
    shift = std::max(shift, row);
  }
  std::vector<double> vector(n), next(n);
  for (std::size_t a = 0; a < n; ++a) vector[a] = std::sin(static_cast<double>(a) + 1);
  for (int iteration = 0; iteration < 300; ++iteration) {
    double norm = 0;
    for (std::size_t a = 0; a < n; ++a) {
      next[a] = shift * vector[a];
      for (std::size_t b = 0; b < n; ++b) next[a] += centred[a * n + b] * vector[b];
      norm += next[a] * next[a];
    }
    if (norm == 0) break;
    for (std::size_t a = 0; a < n; ++a) vector[a] = next[a] / std::sqrt(norm);
  }
  return vector;
}

}  // namespace

std::vector<int> category_order(std::span<const int> category, int categories,
                                std::span<const FeatureValuesOfRows> others) {
  const auto all = static_cast<std::size_t>(categories);
  std::vector<double> distances(all * all);
  for (const FeatureValuesOfRows& feature : others) add_distances(distances, category, categories, feature);
  std::vector<double> place = first_coordinate(distances, all);
  if (!place.empty() && place[0] > 0)
    for (double& one : place) one = -one;
  std::vector<int> order(all);
  std::iota(order.begin(), order.end(), 0);
  if (std::ranges::all_of(distances, [](double distance) { return distance == 0; })) return order;
  std::ranges::stable_sort(order, {}, [&](int c) { return place[static_cast<std::size_t>(c)]; });
  return order;
}

}  // namespace linden
