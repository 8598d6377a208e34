/**
 * Entries that outlive the process, each record sealed for one token.
 *
 * <p>{@code EntryKeeper} writes and opens records on a {@code FolderThread}. {@code SealedRecord}
 * is what a record's file holds: the entry, encrypted with a key that is derived from the token and
 * a random salt, so that neither the folder nor the agent has what opens it. {@code RecordContents}
 * is the entry as bytes, and {@code EntryFolder} the folder.
 */
@NullMarked
package io.podidentity.agent.state;

import org.jspecify.annotations.NullMarked;
