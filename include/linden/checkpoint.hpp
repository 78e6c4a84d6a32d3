// Checkpoints: what a long fit leaves on the disk, so that one that was ended from outside goes on where it was.
//
//     const FitOptions options{.checkpoint = {.path = "trees.checkpoint", .every = 100, .resume = true}};
//     BoostedModel model = fit_boosted(train, config, options);  // run it again, however it ended
//
// What comes of a fit that was taken up has the bytes of one that ran in one go.
#pragma once

#include <filesystem>

namespace linden {

/// Where and how often a fit writes down how far it has come.
///
/// The file appears whole or not at all, and replaces the one before in one step: whoever is killed while writing
/// leaves the old one. It has a checksum, and a fingerprint of the data, the configuration and what else shapes the
/// model: a file of another fit, another version of Linden, or one that was damaged is refused. Where rows lie on
/// several ranks, the first writes and reads it; there may be another number of ranks, or another split of the rows,
/// when it is taken up.
struct Checkpoint {
  std::filesystem::path path = {};  ///< empty: no checkpoints
  int every = 50;                   ///< rounds of boosting, iterations of a linear solver; at least 1
  bool resume =
      false;  ///< whether to go on from the file, where there is one; else the fit begins anew and replaces it
};

}  // namespace linden
