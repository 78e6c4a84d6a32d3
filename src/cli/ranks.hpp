// The processes of a run that a launcher of MPI has started together: each is a rank, and has a share of the rows. Rank
// 0 writes and prints.
#pragma once

#include <exception>
#include <functional>
#include <linden/communicator.hpp>
#include <linden/data.hpp>
#include <string>
#include <vector>

#include "cli/reading.hpp"

namespace linden::cli {

/// From now on these; without a call there is one process. They outlive all that asks for them, as does
/// `set_timeout`, which takes the seconds to wait for a rank that does not come.
void set_ranks(Communicator& ranks, std::function<void(double)> set_timeout = {});
/// Without effect where there is one process.
void set_timeout(double seconds);
/// None where there is one process.
CommunicatorRef ranks();
/// Whether this process writes and prints.
bool is_first();

/// Does what may fail on one rank alone, and throws on all where it did. `work` must not speak with other ranks.
void on_all_ranks(const std::function<void()>& work);

/// Of "auto" and "cuda" the GPU by the number of this rank among those of its machine, where there are several ranks
/// and GPUs; any other name as it is. All ranks call it together.
std::string device_of_rank(const std::string& name);

/// The files that a name stands for: itself, or, where no file is called so, those that match it as a pattern (*, ?,
/// [...]), in the order of their names. Where none does, itself.
std::vector<std::string> files_of(const std::string& name);

/// Reads what `name` stands for: one file below the other, and of several ranks this one's share: whole files, or,
/// where these are fewer than ranks, parts of them. `read` reads a file, or the part of it that the options name. A
/// column that is text in the share of another rank is read as text, too.
Dataset read_share(const std::string& name, const ReadOptions& options,
                   const std::function<Dataset(const std::string& file, const ReadOptions& options)>& read);

/// The same with the categories and classes of all ranks.
Schema schema_of_ranks(Schema schema);

}  // namespace linden::cli
