// Weights of classes: fields of a configuration, and what they make of the weights of rows.
#pragma once

#include <linden/options.hpp>
#include <span>
#include <vector>

#include "model/config_fields.hpp"
#include "model/labels.hpp"

namespace linden {

void add_class_weights(FieldTable<ClassWeights>& group);

/// What training takes the rows by: the data's weights, times those of the rows' classes.
class RowWeights {
 public:
  /// `weights` [rows], or empty where all are one, must outlive the object. Throws ArgumentError, opening with `where`,
  /// for class weights that do not go together or with the labels, DataError for products out of bounds.
  RowWeights(const char* where, const ClassWeights& classes, const Labels& labels, std::span<const double> weights);

  /// [rows], or empty where all are one.
  std::span<const double> span() const noexcept { return products_.empty() ? weights_ : std::span(products_); }

 private:
  std::span<const double> weights_;
  std::vector<double> products_;
};

}  // namespace linden
