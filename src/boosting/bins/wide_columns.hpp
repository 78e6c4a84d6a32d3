// WideColumns: the bins of features that have more than a byte counts, in two bytes a row, feature by feature.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "backend/rows_view.hpp"
#include "boosting/bins/cuts.hpp"

namespace linden {

class WideColumns {
 public:
  WideColumns() = default;
  /// Of these features, of so many rows, which `add` brings. `cuts` must outlive the object's last `add`.
  WideColumns(const std::vector<Cuts>& cuts, std::span<const int> features, std::int64_t rows);

  /// Rows of which feature i is features[i], from row `first` on.
  void add(const RowsView& rows, std::int64_t first, Workers& workers);
  /// All rows, on the device; to be called once.
  const WideBins& place(const Backend& backend, Context& context);

 private:
  std::vector<const Cuts*> cuts_;
  std::int64_t rows_ = 0;
  std::vector<std::uint16_t> bins_;  // [features, rows]
  OnDevice<std::uint16_t> device_bins_;
  WideBins view_;
};

}  // namespace linden
