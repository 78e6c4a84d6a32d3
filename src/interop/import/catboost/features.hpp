// What a CatBoost model splits by: tests of numbers, tests of categories, and target statistics of categories, which it
// calls CTRs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "interop/document/value.hpp"

namespace linden::catboost {

/// A test of one feature, which rows pass or do not: a number passes that is greater than the border, a category that
/// is the one of this hash. (In files a hash has the sign of an int, or none.)
struct Test {
  int feature = 0;  ///< of the model, as all numbers of features here
  bool by_category = false;
  float border = 0;
  std::uint32_t hash = 0;

  auto operator<=>(const Test&) const = default;
};

enum class CtrType {
  borders,  ///< rows of the classes above one, among all
  buckets,  ///< rows of one class, among all
  mean,     ///< the sum of the labels, and the rows
  counter   ///< rows, among a number that all tuples have in common
};

/// A statistic of tuples: of the categories of some features, and of which tests are passed. Its value is
/// ((count + prior) / (total + weight) + shift) * scale, in floats.
struct Ctr {
  std::vector<int> features;  ///< of categories, in the order of their hashes
  std::vector<Test> tests;    ///< likewise, behind them
  CtrType type = CtrType::borders;
  std::string table;  ///< the name of its counts
  int target = 0;     ///< of borders and buckets the class
  float prior = 0, weight = 1, shift = 0, scale = 1;
};

/// What a split looks at: a test, or whether a CTR is greater than a border.
struct Split {
  Test test = {};
  int ctr = -1;  ///< -1: the test
  float border = 0;
};

struct Features {
  std::vector<std::string> names;
  std::vector<bool> categorical;
  std::vector<bool> missing_passes;  ///< of numbers: whether what is missing passes tests
  std::vector<Ctr> ctrs;
  std::vector<Split> splits;                             ///< by split_index
  std::map<std::uint32_t, std::string> names_of_hashes;  ///< of categories; empty where the file has none
};

/// Of the member "features_info". Throws FileError with the place.
Features features_of(const Place& info);

}  // namespace linden::catboost
