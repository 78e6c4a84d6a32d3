// DeviceForest: trees of a Forest in the memory of a device, for the kernel that predicts.
#pragma once

#include <cstddef>

#include "backend/backend.hpp"
#include "boosting/predict/forest.hpp"

namespace linden {

class DeviceForest {
 public:
  /// The first `trees` trees. `forest` must outlive it.
  DeviceForest(const Backend& backend, Context& context, const Forest& forest, std::int32_t trees);

  const ForestView& view() const noexcept { return view_; }

 private:
  ForestView view_;
  DeviceArray<std::byte> memory_;
};

}  // namespace linden
