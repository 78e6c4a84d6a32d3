// Labels as a loss counts them: numbers as they are, classes as 0, 1, ...
#pragma once

#include <linden/data.hpp>
#include <linden/loss.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

struct Labels {
  Loss loss;                         ///< with its number of classes settled
  std::vector<double> values;        ///< one a row; of L labels a row [L, rows]
  std::vector<std::string> classes;  ///< names, in numeric else byte order; empty for real labels
  /// Of a loss of times, whose values are lower bounds: the upper ones, infinite where there is none, one a row.
  std::vector<double> uppers = {};

  /// [rows], or [rows, L], as metrics look at them; of times [rows, 2], both bounds.
  Tensor tensor() const;
};

/// The labels of training data for this loss. Throws DataError, opening with `where`, when there are none or the loss
/// does not take them.
Labels training_labels(std::string_view where, const Dataset& data, const Loss& loss);

/// The labels of data on which a model of this loss and these classes is trained further. Throws DataError as above,
/// and for a class that is not among them.
Labels further_labels(std::string_view where, const Dataset& data, const Loss& loss,
                      const std::vector<std::string>& classes);

/// The labels of other data, [rows] or [rows, L], by the loss and the class names of a model (empty: real labels).
/// Throws DataError for a class that is not among them, naming the row, and for another number of labels. Of a loss of
/// times both bounds, [rows, 2], whichever way they are given.
Tensor known_labels(std::string_view where, const Dataset& data, const Loss& loss,
                    const std::vector<std::string>& classes);

}  // namespace linden
