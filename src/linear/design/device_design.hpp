// A design in a device's memory.
#pragma once

#include <cstdint>

#include "backend/backend.hpp"
#include "linear/design/design.hpp"

namespace linden {

/// On the CPU it is the host's own. `design` must outlive it.
class DeviceDesign {
 public:
  /// `as_dense` expands sparse rows.
  DeviceDesign(const Backend& backend, Context& context, const Design& design, bool as_dense = false);
  const DesignView& view() const noexcept { return view_; }
  /// Takes over which columns the design leaves out now.
  void update();

 private:
  void upload_dense();
  void upload_sparse();

  const Backend& backend_;
  Context& context_;
  const Design& design_;
  DesignView view_;
  OnDevice<double> shift_, factor_;
  DeviceArray<std::uint8_t> values_, column_values_;
  DeviceArray<ColumnView> columns_;
  DeviceArray<std::int64_t> offsets_, column_offsets_;
  DeviceArray<std::int32_t> indices_, column_indices_;
};

}  // namespace linden
