// A design in a device's memory.
#pragma once

#include <cstdint>

#include "backend/backend.hpp"
#include "linear/design/design.hpp"
#include "rows/device_rows.hpp"

namespace linden {

/// On the CPU it is the host's own. On a GPU rows come in parts, some of which may stay there.
class DeviceDesign {
 public:
  /// How rows come to a GPU.
  struct Parts {
    std::int64_t part_bytes = DeviceRows::Layout{}.part_bytes;
    std::int64_t keep_bytes = 0;  ///< of parts that stay
  };
  /// For many passes: all rows at once where there is room for them and for `others`, bytes that are allocated later,
  /// and else parts of `part_bytes` at most, as many of which stay as there is room for. Sparse rows come in such parts
  /// always, room or not: their sums are added part by part.
  static Parts parts_of_fit(const Backend& backend, Context& context, const Design& design, bool as_dense,
                            std::int64_t part_bytes, std::int64_t others);

  /// `as_dense` expands sparse rows. `design` must outlive it.
  DeviceDesign(const Backend& backend, Context& context, const Design& design, bool as_dense, const Parts& parts);

  std::int64_t width() const noexcept { return view_.width(); }
  /// Scratch memory for tasks of all parts, one after the other.
  DeviceArray<std::uint8_t> scratch(std::int32_t outputs, bool with_hessian = false) const;
  /// Calls f(part) for the parts in order.
  template <class F>
  void each_part(const F& f) {
    rows_.each_part([&](const RowsView& rows, std::int64_t first) {
      DesignView part = view_;
      static_cast<RowsView&>(part) = rows;
      part.rows_before = first;
      part.rows_after = rows_.rows() - first - rows.rows;
      f(part);
    });
  }
  /// Takes over which columns the design leaves out now.
  void update();

 private:
  const Backend& backend_;
  Context& context_;
  const Design& design_;
  DeviceRows rows_;
  DesignView view_;  // of the first part, by its sizes; on the CPU all rows
  OnDevice<double> shift_, factor_;
};

}  // namespace linden
