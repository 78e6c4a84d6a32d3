// Scores: of rows, before the link, in the memory of their device.
#pragma once

#include <cstdint>
#include <linden/tensor.hpp>
#include <span>

#include "backend/backend.hpp"
#include "base/memory.hpp"

namespace linden {

class Scores {
 public:
  /// Every row begins with `start`, one an output, and its offset, of [outputs, rows], which must outlive the object;
  /// without offsets with that alone.
  Scores(const Backend& backend, Context& context, std::span<const double> start, std::int64_t rows,
         std::span<const double> offsets = {});

  /// Gives them up for these.
  void begin_with(std::span<const double> start);

  /// What a row begins with that begins with `start`.
  double first_of(std::span<const double> start, std::int64_t output, std::int64_t row) const {
    const double first = start[static_cast<std::size_t>(output)];
    return offsets_.empty() ? first : first + offsets_[static_cast<std::size_t>(output * rows_ + row)];
  }

  std::int64_t outputs() const noexcept { return outputs_; }
  std::int64_t rows() const noexcept { return rows_; }
  /// The device's [outputs, rows].
  double* data() const noexcept { return device_.data(); }
  /// The device's [rows] of an output.
  double* of(std::int64_t output) const noexcept { return data() + output * rows_; }
  /// Those of one output as a tensor of the device, a copy; the scores are not to change before it is used up.
  Tensor tensor_of(std::int64_t output, const Device& device) const;
  /// Copies them to the host: [outputs, rows], good until they change.
  const double* on_host() const;

 private:
  const MemoryKernels* memory_;
  Context* context_;
  std::int64_t outputs_, rows_;
  std::span<const double> offsets_;
  Memory host_;  // which on a GPU takes no room until it is read
  ToHost<double> device_;
};

}  // namespace linden
