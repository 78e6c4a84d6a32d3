// A design in a device's memory.
#pragma once

#include <cstdint>

#include "backend/backend.hpp"
#include "linear/design/design.hpp"
#include "rows/device_rows.hpp"

namespace linden {

/// On the CPU it is the host's own. `design` must outlive it.
class DeviceDesign {
 public:
  /// `as_dense` expands sparse rows. On a GPU rows are there in parts of so many bytes.
  DeviceDesign(const Backend& backend, Context& context, const Design& design, bool as_dense = false,
               std::int64_t part_bytes = DeviceRows::whole);
  /// All rows, which are one part.
  const DesignView& view() const noexcept { return view_; }
  /// Calls f(part, first) for the parts in order: a design whose row 0 is row `first` of all.
  template <class F>
  void each_part(const F& f) {
    rows_.each_part([&](const RowsView& rows, std::int64_t first) {
      DesignView part = view_;
      static_cast<RowsView&>(part) = rows;
      f(part, first);
    });
  }
  /// Takes over which columns the design leaves out now.
  void update();

 private:
  const Backend& backend_;
  Context& context_;
  const Design& design_;
  DeviceRows rows_;
  DesignView view_;
  OnDevice<double> shift_, factor_;
};

}  // namespace linden
