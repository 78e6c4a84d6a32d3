#include "linear/solvers/solver_states.hpp"

#include <utility>

namespace linden {

void SolverStates::read(Facts facts) {
  file_.read(std::move(facts), [&](JsonReader& json) {
    for (json["states"].open_list(); json.next();) {
      SolverState& state = states_.emplace_back();
      for (json.open_list(); json.next();) state.push_back(json.finites());
    }
  });
}

const SolverState* SolverStates::begin() {
  if (++calls_ > states_.size()) states_.emplace_back();
  const SolverState& state = states_[calls_ - 1];
  return state.empty() ? nullptr : &state;
}

// What later calls left is of a run that has been gone over.
void SolverStates::keep(SolverState state) {
  states_.resize(calls_);
  states_.back() = std::move(state);
  file_.write([&](JsonWriter& json) {
    json["states"].open_list();
    for (const SolverState& one : states_) {
      json.open_list();
      for (const std::vector<double>& numbers : one) json.values(numbers);
      json.close_list();
    }
    json.close_list();
  });
}

}  // namespace linden
