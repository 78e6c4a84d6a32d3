// With D = 1 / (p / (high - theta) + t / (theta - low)), Newton's step of the two products and of p - t = z is
//
//     step of theta = D (step of z + z - (mu + dp dtheta) / (high - theta) + (mu - dt dtheta) / (theta - low)),
//
// where dp, dt and dtheta are those of the affine step, and nothing for it (mu = 0): there theta's step is
// D (step of z + z). Mehrotra (1992).
#include "linear/solvers/corner_pieces.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace linden {
namespace {

constexpr std::int64_t chunk_pieces = 4096;
constexpr double infinite = std::numeric_limits<double>::infinity();

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

template <class Body>
void CornerPieces::each(Workers& workers, const Body& body) const {
  workers.chunks(std::ssize(at_), chunk_pieces, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::size_t k = index(begin); k < index(end); ++k) body(k);
  });
}

template <class Body>
double CornerPieces::total(Workers& workers, const Body& body) const {
  std::vector<double> sums(index((std::ssize(at_) + chunk_pieces - 1) / chunk_pieces));
  workers.chunks(std::ssize(at_), chunk_pieces, [&](std::int64_t begin, std::int64_t end, std::int64_t chunk, int) {
    double sum = 0;
    for (std::size_t k = index(begin); k < index(end); ++k) sum += body(k);
    sums[index(chunk)] = sum;
  });
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

bool CornerPieces::has_p(std::size_t k) const noexcept { return high_[k] < infinite; }
bool CornerPieces::has_t(std::size_t k) const noexcept { return low_[k] > -infinite; }

double CornerPieces::bend_at(std::size_t k) const noexcept {
  double inverse = 0;
  if (has_p(k)) inverse += p_[k] / (high_[k] - theta_[k]);
  if (has_t(k)) inverse += t_[k] / (theta_[k] - low_[k]);
  return 1 / inverse;
}

double CornerPieces::beyond(std::size_t k, Aim aim, double mu, double z) const noexcept {
  // A one-sided corner may be off its score still: then p - t - z is part of the step.
  double sum = z;
  const bool is_centred = aim == Aim::centred;
  if (has_p(k)) sum -= is_centred ? (mu + second_p_[k]) / (high_[k] - theta_[k]) : 0;
  if (has_t(k)) sum += is_centred ? (mu - second_t_[k]) / (theta_[k] - low_[k]) : 0;
  return sum;
}

double CornerPieces::slack(std::size_t k) const noexcept {
  return std::min(has_p(k) ? high_[k] - theta_[k] : infinite, has_t(k) ? theta_[k] - low_[k] : infinite);
}

void CornerPieces::add(std::int64_t source, double at, double low, double high, double weight) {
  source_.push_back(source);
  at_.push_back(at);
  low_.push_back(low);
  high_.push_back(high);
  weight_.push_back(weight);
}

void CornerPieces::start(Workers& workers, std::span<const double> scores, double away) {
  for (auto* const values :
       {&p_, &t_, &theta_, &p_step_, &t_step_, &theta_step_, &second_p_, &second_t_, &bend_, &pull_})
    values->assign(at_.size(), 0.0);
  each(workers, [&](std::size_t k) {
    const double z = scores[index(source_[k])] - at_[k];
    if (has_p(k)) p_[k] = std::max(z, 0.0) + away;
    if (has_t(k)) t_[k] = std::max(-z, 0.0) + away;
    if (low_[k] < 0 && high_[k] > 0)
      theta_[k] = 0;
    else
      theta_[k] = !has_p(k) ? low_[k] + 1 : !has_t(k) ? high_[k] - 1 : 0.5 * (low_[k] + high_[k]);
  });
}

void CornerPieces::move_to(Workers& workers, std::span<const double> scores) {
  each(workers, [&](std::size_t k) {
    if (!has_p(k) || !has_t(k)) return;
    const double z = scores[index(source_[k])] - at_[k];
    (p_[k] > t_[k] ? p_ : t_)[k] = p_[k] > t_[k] ? t_[k] + z : p_[k] - z;
  });
}

void CornerPieces::aim(Workers& workers, Aim aim, double mu, std::span<const double> scores, std::span<double> bend,
                       std::span<double> pull) {
  each(workers, [&](std::size_t k) {
    if (aim == Aim::affine) bend_[k] = bend_at(k);
    pull_[k] = bend_[k] * beyond(k, aim, mu, scores[index(source_[k])] - at_[k]);
  });
  // Corners of one source stand side by side, and may lie in two chunks.
  for (std::size_t k = 0; k < at_.size(); ++k) {
    bend[index(source_[k])] += bend_[k];
    pull[index(source_[k])] += theta_[k] + pull_[k];
  }
}

void CornerPieces::follow(Workers& workers, Aim aim, double mu, std::span<const double> step) {
  each(workers, [&](std::size_t k) {
    const double turn = bend_[k] * step[index(source_[k])] + pull_[k];
    theta_step_[k] = turn;
    const bool is_centred = aim == Aim::centred;
    if (has_p(k)) {
      const double room = high_[k] - theta_[k];
      p_step_[k] = ((is_centred ? mu + second_p_[k] : 0) + p_[k] * turn) / room - p_[k];
    }
    if (has_t(k)) {
      const double room = theta_[k] - low_[k];
      t_step_[k] = ((is_centred ? mu - second_t_[k] : 0) - t_[k] * turn) / room - t_[k];
    }
    if (aim == Aim::affine) {
      second_p_[k] = p_step_[k] * turn;
      second_t_[k] = t_step_[k] * turn;
    }
  });
}

CornerPieces::Lengths CornerPieces::lengths(Workers& workers) const {
  std::vector<Lengths> parts(index((std::ssize(at_) + chunk_pieces - 1) / chunk_pieces));
  const auto shorten = [](double& length, double value, double step) {
    if (step < 0 && value + length * step < 0) length = -value / step;
  };
  workers.chunks(std::ssize(at_), chunk_pieces, [&](std::int64_t begin, std::int64_t end, std::int64_t chunk, int) {
    Lengths& part = parts[index(chunk)];
    for (std::size_t k = index(begin); k < index(end); ++k) {
      if (has_p(k)) {
        shorten(part.primal, p_[k], p_step_[k]);
        shorten(part.dual, high_[k] - theta_[k], -theta_step_[k]);
      }
      if (has_t(k)) {
        shorten(part.primal, t_[k], t_step_[k]);
        shorten(part.dual, theta_[k] - low_[k], theta_step_[k]);
      }
    }
  });
  Lengths all;
  for (const Lengths& part : parts) {
    all.primal = std::min(all.primal, part.primal);
    all.dual = std::min(all.dual, part.dual);
  }
  return all;
}

CornerPieces::Product CornerPieces::product(Workers& workers, double primal, double dual) const {
  Product result;
  result.sum = total(workers, [&](std::size_t k) {
    const double theta = theta_[k] + dual * theta_step_[k];
    double sum = 0;
    if (has_p(k)) sum += (p_[k] + primal * p_step_[k]) * (high_[k] - theta);
    if (has_t(k)) sum += (t_[k] + primal * t_step_[k]) * (theta - low_[k]);
    return weight_[k] * sum;
  });
  result.weight = total(workers, [&](std::size_t k) { return weight_[k] * (int{has_p(k)} + int{has_t(k)}); });
  return result;
}

void CornerPieces::take(Workers& workers, double primal, double dual) {
  each(workers, [&](std::size_t k) {
    theta_[k] += dual * theta_step_[k];
    p_[k] += primal * p_step_[k];
    t_[k] += primal * t_step_[k];
  });
}

void CornerPieces::add_theta(std::span<double> out) const {
  for (std::size_t k = 0; k < at_.size(); ++k) out[index(source_[k])] += theta_[k];
}

void CornerPieces::add_step(Workers& workers, std::span<const double> step) {
  each(workers, [&](std::size_t k) { theta_[k] += bend_[k] * step[index(source_[k])]; });
}

double CornerPieces::shrinkage() const {
  double t = 1;
  for (std::size_t k = 0; k < at_.size(); ++k) {
    if (theta_[k] > high_[k]) t = std::min(t, high_[k] / theta_[k]);
    if (theta_[k] < low_[k]) t = std::min(t, low_[k] / theta_[k]);
  }
  return t;
}

}  // namespace linden
