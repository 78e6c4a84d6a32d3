// The training rows: their labels, weights, groups and loss, of the host and where kernels read them.
#pragma once

#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "loss/definition.hpp"
#include "loss/device_loss.hpp"
#include "model/labels.hpp"

namespace linden {

class FitRows {
 public:
  /// `weights` is empty for all one; `groups` is as Dataset::groups(), or empty. What is passed must outlive the
  /// object.
  FitRows(const Backend& backend, Context& context, const Labels& labels, std::span<const double> weights,
          const Tensor& groups = {});

  std::int64_t rows() const noexcept { return std::ssize(labels()) / labels_of_row(); }
  /// Where there are several, each has a score and a place among labels() of its own.
  int labels_of_row() const noexcept { return loss().definition().labels; }
  const Loss& loss() const noexcept { return labels_.loss; }
  std::span<const double> labels() const noexcept { return labels_.values; }
  /// Of a loss of times, whose labels are lower bounds; else empty.
  std::span<const double> uppers() const noexcept { return labels_.uppers; }
  std::span<const double> weights() const noexcept { return weights_; }
  /// Where each begins, and the number of rows.
  std::span<const std::int64_t> groups() const noexcept { return groups_; }

  /// The loss as kernels see it.
  LossSpec spec() const { return device_loss_.spec(); }
  /// Those of an output.
  const double* device_labels(int output = 0) const noexcept { return device_labels_.data() + first_label(output); }
  const double* device_uppers() const noexcept { return device_uppers_.data(); }
  /// Null for all one.
  const double* device_weights() const noexcept { return weights_.empty() ? nullptr : device_weights_.data(); }
  /// What the loss has the leaves of an output renewed from, without its scores.
  Renewal renewal(int output = 0) const;

 private:
  /// The place of an output's labels among all.
  std::int64_t first_label(int output) const noexcept { return labels_of_row() > 1 ? output * rows() : 0; }

  const Labels& labels_;
  std::span<const double> weights_;
  std::span<const std::int64_t> groups_;
  std::vector<double> renewal_weights_;  // where the loss has leaves renewed by others than the rows' own
  OnDevice<double> device_labels_, device_uppers_, device_weights_, device_renewal_weights_;
  DeviceLoss device_loss_;
};

}  // namespace linden
