// One page about a model: what it is made of, how good it is on some rows, what it looks at, in plain words and
// figures.
//
//     std::ofstream("report.html") << report(model, test);
//
// The page is one HTML file that needs nothing else: no network, no script, no font. It is laid out for a phone as for
// a desk, light and dark as the reader's system is, and can be read by keyboard and by screen readers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <linden/data.hpp>
#include <linden/device.hpp>
#include <linden/export.hpp>
#include <linden/model.hpp>
#include <optional>
#include <string>

namespace linden {

struct ReportOptions {
  std::string title = {};             ///< empty: by the label
  std::string command = {};           ///< the command that made the page, to be shown on it; empty: none
  std::optional<Dataset> train = {};  ///< the training rows, which intervals of linear weights come from; without them
                                      ///< they come from `data`, and the page says so
  int features = 8;                   ///< the most important features that have a figure of their own, 0 .. 100
  int trees = 3;                      ///< the first trees of a boosted model that are drawn, 0 .. 20
  std::int64_t max_rows = 2000;       ///< rows, drawn by the seed, on which predictions are asked for again and again
                                      ///< (importances, dependence), at least 10; how good the model is comes from all
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0: all cores. The page is the same for any number
  Device device = Device::cpu();
};

/// The page, as HTML. `data` are labelled rows, best those that the model has not seen. Throws ArgumentError for
/// options out of range, an empty model and data or .train without rows, DataError for data that does not fit the model
/// or whose weights are all zero.
LINDEN_API std::string report(const AnyModel& model, const Dataset& data, const ReportOptions& options = {});

/// Writes the page to a file, whole or not at all. Throws FileError, leaving an existing file as it was, and as report
/// does.
LINDEN_API void save_report(const std::filesystem::path& path, const AnyModel& model, const Dataset& data,
                            const ReportOptions& options = {});

}  // namespace linden
