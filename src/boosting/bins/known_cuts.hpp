// Cuts that fits of the same rows share: a search makes them once for all of its trials.
#pragma once

#include <linden/boosting.hpp>
#include <map>
#include <string>
#include <vector>

#include "boosting/bins/cuts.hpp"

namespace linden {

class KnownCuts {
 public:
  /// The cuts that a fit of this configuration has: those of an earlier one that makes the same, else what `make`
  /// returns.
  template <class Make>
  const std::vector<Cuts>& of(const BoostingConfig& config, const Make& make) {
    const std::string key = key_of(config);
    const auto found = cuts_.find(key);
    return found != cuts_.end() ? found->second : cuts_.emplace(key, make()).first->second;
  }

 private:
  /// All fields but those that are known to have no say in cuts: of a field that nobody thought of here cuts are made
  /// anew. The loss stays, for cuts of categories follow its gradients.
  static std::string key_of(const BoostingConfig& config);

  std::map<std::string, std::vector<Cuts>> cuts_;
};

}  // namespace linden
