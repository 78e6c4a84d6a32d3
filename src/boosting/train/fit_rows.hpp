// The rows of a fit on its device: labels, weights, scores, gradients, and the columns that a custom loss reads.
#pragma once

#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "base/memory.hpp"
#include "boosting/bins/category_bins.hpp"
#include "model/labels.hpp"

namespace linden {

class FitRows {
 public:
  /// Scores start at `initial_score`, one an output. What is passed must outlive the object.
  FitRows(const Backend& backend, Context& context, const Labels& labels, std::span<const double> weights,
          const std::vector<double>& initial_score);

  const double* labels() const noexcept { return labels_.data(); }
  const double* weights() const noexcept { return host_weights_.empty() ? nullptr : weights_.data(); }
  double* scores(std::int64_t output) noexcept { return scores_.data() + output * rows_; }

  /// The scores [outputs, rows] as they are now, on the host. Good until a tree is added.
  const double* host_scores();

  /// Gradients of all rows and outputs: by a kernel, or by the tape for losses that need it, whose tensors are the
  /// host's. Returns the range of each output.
  const std::vector<GradientRange>& fill_gradients();

  /// The gradients and curvatures of all outputs as fill_gradients left them, on the host. Good until the next call.
  std::vector<RowSlopes> slopes();

  /// Points a tree to what the tree of an output is grown from.
  void point(TreeInput& tree, std::int64_t output);

 private:
  float* host_gradients() const noexcept { return gradient_memory_.as<float>(); }
  float* gradients(std::int64_t output) noexcept { return gradients_.data() + output * rows_; }
  float* curvatures(std::int64_t output) noexcept { return gradients_.data() + (outputs_ + output) * rows_; }
  void run_tape(GradientTask task);

  const Backend& backend_;
  Context& context_;
  const Loss& loss_;
  std::span<const double> host_labels_, host_weights_;
  std::int64_t rows_, outputs_;
  OnDevice<double> labels_, weights_;
  Memory score_memory_, gradient_memory_;  // the host's, which on a GPU takes no room until it is read
  ToHost<double> scores_;                  // [outputs, rows]
  ToHost<float> gradients_;                // [2, outputs, rows]: gradients, then curvatures
  std::vector<OnDevice<double>> columns_;
  std::vector<const double*> column_pointers_;
  std::vector<GradientRange> ranges_;
};

}  // namespace linden
