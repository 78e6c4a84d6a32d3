#include "linear/design/device_design.hpp"

namespace linden {

DeviceDesign::DeviceDesign(const Backend& backend, Context& context, const Design& design, bool as_dense,
                           std::int64_t part_bytes)
    : backend_(backend),
      context_(context),
      design_(design),
      rows_(backend, context, design.view(),
            {.part_bytes = part_bytes, .one_dtype = true, .dense = as_dense, .by_column = !as_dense}),
      view_(design.view()) {
  if (part_bytes == DeviceRows::whole) each_part([&](const DesignView& all, std::int64_t) { view_ = all; });
  update();
}

void DeviceDesign::update() {
  const std::int64_t columns = design_.columns();
  shift_ = OnDevice<double>(backend_.memory, context_, design_.shift().data(), columns, "the design");
  factor_ = OnDevice<double>(backend_.memory, context_, design_.factor().data(), columns, "the design");
  view_.shift = shift_.data();
  view_.factor = factor_.data();
}

}  // namespace linden
