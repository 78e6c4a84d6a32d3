// Gradients: those of a round and their curvatures, of all rows and outputs, in the memory of their device.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/backend.hpp"
#include "base/memory.hpp"
#include "boosting/bins/category_bins.hpp"

namespace linden {

class Gradients {
 public:
  Gradients(const Backend& backend, Context& context, std::int64_t outputs, std::int64_t rows);

  std::int64_t outputs() const noexcept { return outputs_; }
  std::int64_t rows() const noexcept { return rows_; }
  /// The device's [rows] of an output.
  float* gradients(std::int64_t output) const noexcept { return device_.data() + output * rows_; }
  float* curvatures(std::int64_t output) const noexcept { return device_.data() + (outputs_ + output) * rows_; }
  /// Of each output.
  const std::vector<GradientRange>& ranges() const noexcept { return ranges_; }

  /// The task of filling them, for a kernel: what is read is left to whoever gives it.
  GradientTask on_device();
  /// The same for the host, after which upload() brings them to the device.
  GradientTask on_host();
  void upload() const { device_.upload(); }

  /// Multiplies those of the rows that have a weight, of the device's [rows], by it; the ranges become those of these
  /// rows.
  void scale(const Backend& backend, Context& context, const double* weights);

  /// Copies them to the host, [2, outputs, rows]: gradients, then curvatures; good until they are filled again.
  const float* download() const;
  /// The same as slopes of each output, whose units are those of all ranks' rows.
  std::vector<RowSlopes> slopes(const Ranks& ranks = {}) const;

  /// Points a tree to those of an output.
  void point(TreeInput& tree, std::int64_t output) const;

 private:
  GradientTask task(float* first);

  std::int64_t outputs_, rows_;
  Memory host_;           // which on a GPU takes no room until it is used
  ToHost<float> device_;  // [2, outputs, rows]: gradients, then curvatures
  std::vector<GradientRange> ranges_;
};

}  // namespace linden
