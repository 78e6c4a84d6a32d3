// Comms over NCCL: sums of whole numbers in the order of a GPU's stream, so that nothing is copied to the host.
#pragma once

#include <linden/communicator.hpp>
#include <memory>

#include "backend/comms.hpp"

namespace linden::cuda {

/// All ranks, each with a GPU of its own, call it together. Null on all of them where one cannot, of which the first
/// tells the log.
std::unique_ptr<Comms> nccl_comms(int device, Communicator& ranks);

}  // namespace linden::cuda
