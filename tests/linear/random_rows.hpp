// Rows for tests of linear models: normal features, and labels of each kind that depend on them.
#pragma once

#include <cmath>
#include <linden/linear.hpp>
#include <linden/random.hpp>
#include <memory>
#include <vector>

namespace linden::linear_test {

/// Row-major rows that own themselves.
struct Rows {
  std::shared_ptr<std::vector<double>> x = std::make_shared<std::vector<double>>();
  int features = 0;
  std::vector<double> label, weight;

  std::int64_t count() const { return static_cast<std::int64_t>(label.size()); }
  double& at(std::int64_t row, int feature) { return (*x)[static_cast<std::size_t>(row * features + feature)]; }
  Dataset dataset() const {
    return Dataset::from_rows(std::span<const double>(*x), features, {.label = label, .weight = weight, .owner = x});
  }
};

enum class Kind { squared, logistic, softmax, poisson };

inline Loss loss_of(Kind kind) {
  switch (kind) {
    case Kind::squared: return loss::squared();
    case Kind::logistic: return loss::logistic();
    case Kind::softmax: return loss::softmax({.classes = 3});
    case Kind::poisson: return loss::poisson();
  }
  return loss::squared();
}

/// Normal features, and labels that depend on them with noise.
inline Rows random_rows(Kind kind, std::int64_t rows, int features, std::uint64_t seed) {
  Generator generator(seed);
  Rows r;
  r.features = features;
  const Tensor x = generator.normal({rows, features}), noise = generator.normal({rows}), u = generator.uniform({rows});
  r.x->assign(x.span<const double>().begin(), x.span<const double>().end());
  for (std::int64_t i = 0; i < rows; ++i) {
    double s = 0;
    for (int j = 0; j < features; ++j) s += r.at(i, j) * (j % 3 - 0.7) / std::sqrt(features);
    const double v = u.at<double>({i});
    switch (kind) {
      case Kind::squared: r.label.push_back(s + noise.at<double>({i})); break;
      case Kind::logistic: r.label.push_back(v < 1 / (1 + std::exp(-s)) ? 1 : 0); break;
      case Kind::softmax:
        r.label.push_back(std::floor(std::fmod(3 * v + (s > 0 ? 1 : 0) * (v < 0.7 ? 1 : 0), 3)));
        break;
      case Kind::poisson: r.label.push_back(std::floor(std::exp(s) * 2 * v)); break;
    }
  }
  return r;
}

/// Without a penalty, l2, l1, both.
inline std::vector<LinearConfig> penalties(Kind kind) {
  return {{.loss = loss_of(kind)},
          {.loss = loss_of(kind), .l2 = 0.01},
          {.loss = loss_of(kind), .l1 = 0.01},
          {.loss = loss_of(kind), .l1 = 0.005, .l2 = 0.002}};
}

}  // namespace linden::linear_test
