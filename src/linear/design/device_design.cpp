#include "linear/design/device_design.hpp"

#include <algorithm>

namespace linden {
namespace {

constexpr std::int64_t parts_in_room = 4;  // at least, of rows that are more than the room has

DeviceRows::Layout layout_of(bool as_dense, const DeviceDesign::Parts& parts) {
  DeviceRows::Layout layout;
  layout.part_bytes = parts.part_bytes;
  layout.keep_bytes = parts.keep_bytes;
  layout.rows_together = design_part_rows;
  layout.one_dtype = true;
  layout.dense = as_dense;
  layout.by_column = !as_dense;
  return layout;
}

}  // namespace

DeviceDesign::Parts DeviceDesign::parts_of_fit(const Backend& backend, Context& context, const Design& design,
                                               bool as_dense, std::int64_t part_bytes, std::int64_t others) {
  const std::int64_t room = std::max<std::int64_t>(backend.memory.available(context) - others, 0);
  if (design.is_sparse() && !as_dense) return {part_bytes, room};
  // Columns begin at addresses of their own: a little more than the values take.
  const std::int64_t size = !design.is_sparse() && design.view().all_f32 ? 4 : 8, columns = design.columns();
  if (design.rows() * columns * size + columns * 256 <= room) return {DeviceRows::whole, room};
  return {std::min(part_bytes, room / parts_in_room), room};
}

DeviceDesign::DeviceDesign(const Backend& backend, Context& context, const Design& design, bool as_dense,
                           const Parts& parts)
    : backend_(backend),
      context_(context),
      design_(design),
      rows_(backend, context, design.view(), layout_of(as_dense, parts)),
      view_(design.view()) {
  view_.rows = rows_.first_rows();
  view_.rows_after = rows_.rows() - view_.rows;
  view_.sparse = view_.sparse && !as_dense;
  update();
}

DeviceArray<std::uint8_t> DeviceDesign::scratch(std::int32_t outputs, bool with_hessian) const {
  const std::int64_t bytes = backend_.linear.design_scratch(context_, view_, outputs, with_hessian);
  return {backend_.memory, context_, bytes, "scratch memory"};
}

void DeviceDesign::update() {
  const std::int64_t columns = design_.columns();
  shift_ = OnDevice<double>(backend_.memory, context_, design_.shift().data(), columns, "the design");
  factor_ = OnDevice<double>(backend_.memory, context_, design_.factor().data(), columns, "the design");
  view_.shift = shift_.data();
  view_.factor = factor_.data();
}

}  // namespace linden
