// Sketch: fewer planes of gradients that stand for those of all outputs in the search for splits
// (backend/tree/sketch.hpp). Which outputs a plane has, and with which signs, is drawn for every tree.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/train/gradients/gradients.hpp"

namespace linden {

class Sketch {
 public:
  /// Of fewer planes than outputs. What is passed must outlive the object.
  Sketch(const Backend& backend, Context& context, int outputs, int planes, std::int64_t rows);

  /// The planes of these gradients, good until the next call; `key` is what they are drawn from.
  const Gradients& of(const Gradients& all, std::uint64_t key);

 private:
  void draw(std::uint64_t key);

  const Backend& backend_;
  Context& context_;
  Gradients planes_;
  std::vector<std::int32_t> terms_, first_;  // SketchTask's
  OnDevice<std::int32_t> device_terms_, device_first_;
};

}  // namespace linden
