// ExplainProgram: trees as the kernels read them that explain rows (backend/explain/program.hpp).
#pragma once

#include <linden/boosting.hpp>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "backend/explain/program.hpp"
#include "boosting/predict/forest.hpp"

namespace linden {

/// What kernels do with a program: work out the values of features against training rows, or what pairs of these do
/// together; or anything against rows of a background, for which a program has no weights.
enum class ExplainPurpose { values, pairs, background };

class ExplainProgram {
 public:
  /// `forest` is made of the trees. Throws ArgumentError, opening with `where`, for trees that are too deep.
  ExplainProgram(std::string_view where, std::span<const Tree> trees, const Forest& forest, bool by_rows,
                 ExplainPurpose purpose);

  /// The program in the memory of the host.
  ExplainView on_host() const;
  /// The program in the memory of a device; on a GPU `memory` is where.
  ExplainView on_device(const Backend& backend, Context& context, DeviceArray<std::byte>& memory) const;

 private:
  class Builder;

  /// The weights of a rule of so many points: where they begin.
  std::int64_t rule_of(std::int32_t points);

  ExplainPurpose purpose_;
  std::vector<ExplainTree> trees_;
  std::vector<ExplainStep> steps_;
  std::vector<ExplainSplit> splits_;
  std::vector<double> weights_, values_;
  std::vector<ExplainTerm> terms_, ways_;
  std::vector<std::int64_t> first_of_way_{0};
  std::vector<std::uint32_t> slots_;
  std::map<std::int32_t, std::int64_t> rules_;
  std::int32_t width_ = 1;
};

/// The most levels of a tree that is explained.
inline constexpr int most_explained_levels = 1024;

/// Throws ArgumentError, opening with `where`, for trees of more levels.
void check_levels(std::string_view where, std::span<const Tree> trees);

}  // namespace linden
