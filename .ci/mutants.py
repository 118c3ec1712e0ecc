"""The defences of the concurrent core, each with the change that takes it out: .ci/changes.py has the kinds of change.

The name says what the defence does. A redundant mutant says which other defence does the same work.
"""
from collections import namedtuple

from changes import always, drop, drop_in_file_of, insert, move, never, replace, weaken_read, weaken_write

Mutant = namedtuple('Mutant', 'name changes redundant')
MUTANTS = []


def mutant(name, *changes, redundant=None):
    MUTANTS.append(Mutant(name, changes, redundant))


# The version of a group

mutant('E3: a read barrier precedes the closing version', drop('GroupVersion.Validate', 'Volatile.ReadBarrier();'))
mutant('E3: a write barrier follows the odd version', drop('GroupVersion.BeginWrite', 'Volatile.WriteBarrier();'))
mutant('E3: the version is odd during a write',
       drop('GroupVersion.BeginWrite', 'group->Version = version.BeginWrite().Word;'),
       replace('GroupVersion.EndWrite', 'EndWrite().Word', 'AfterWrite().Word'))
mutant('E4: the opening version is an acquire', weaken_read('GroupVersion.BeginRead', 'group->Version'))
mutant('E4: the even version is a release', weaken_write('GroupVersion.EndWrite', 'group->Version'))
mutant('H6: every write leaves a new version',
       replace('GroupVersion.EndWrite', 'new VersionWord(group->Version).EndWrite().Word', 'group->Version - 1'))
mutant('E5: the closing version is an acquire', weaken_read('GroupVersion.Validate', 'group->Version'))
mutant('the closing version is compared with the opening one',
       replace('GroupVersion.Validate', 'return Volatile.Read(ref group->Version) == version.Word;', 'return true;'))
mutant('E7: the control word is read with an acquire', weaken_read('GroupVersion.ReadControl', 'group->Control'),
       redundant='the read barrier before each closing check is an acquire that comes early enough for every answer; '
       'the load stays an acquire')
mutant('E7: the control word is written with a release', weaken_write('GroupVersion.SetControl', 'group->Control'),
       redundant='a raised count is ordered by the write barrier of the insert that follows, and a lowered count '
       'that a reader sees early leads to a miss that can be ordered after the removal; the store stays a release')
mutant('E6: the moved mark is a release', weaken_write('GroupVersion.MarkMoved', 'group->Version'),
       redundant='the odd version and the write barrier of each copy order it; the store stays a release')
mutant('E6: a moved group is marked',
       drop('GroupVersion.MarkMoved', 'Volatile.Write(ref group->Version, version.AfterMove().Word);'))

# Writes in place

mutant('E4: the version is unlocked with a release', weaken_write('GroupVersion.Unlock', 'group->Version'))
mutant('a write in place leaves a new version',
       replace('GroupVersion.Unlock', 'changed ? version.AfterWrite().Word : version.Word', 'version.Word'))
mutant('a lock of a group is abandoned with a compare-exchange',
       replace('GroupVersion.AbandonLock', '_ = Interlocked.CompareExchange(ref group->Version, …);',
               'Volatile.Write(ref group->Version, version.Word);'))
mutant('a group is locked with a compare-exchange',
       replace('GroupVersion.TryLock', 'return Interlocked.CompareExchange(ref group->Version, …) == version.Word;',
               'Volatile.Write(ref group->Version, LockedBy(thread)); return true;'))
mutant('the owner of the shard\'s lock waits until a group is unlocked',
       replace('GroupVersion.AwaitUnlocked', 'version.IsLocked ? SpinUntilUnlocked(group) : version', 'version'))

mutant('a thread that has locked a group checks the shard\'s lock',
       drop('Shard.TryLockAndWrite', '!ShardLock.IsFree(Side) ||'))
mutant('a thread that has locked a group checks that it still owns it',
       drop('Shard.TryLockAndWrite', '|| !GroupVersion.IsLockedBy(group, thread)'))
GENERATION_CHECK = '|| !ViewGeneration.ValidateAfterVersion(view, generation)'
mutant('a thread that has locked a group and announced nothing checks the generation',
       drop('Shard.TryLockAndWrite', GENERATION_CHECK),
       drop('Shard.TryWriteInPlace', 'thread.AnnounceWrite(Side);'))
mutant('a thread that has locked a group checks the generation',
       drop('Shard.TryLockAndWrite', GENERATION_CHECK),
       redundant='a thread that replaces a table waits for every announcement that it sees; an announcement may '
       'still be on its way while the announcing thread looks for the table, which is not simulated for words '
       'outside the map, and which the mutant before this one takes for granted')
mutant('a write in place is announced',
       drop('Shard.TryWriteInPlace', 'thread.AnnounceWriteFenced(Side);', 'thread.AnnounceWrite(Side);'))
mutant('a write in place stays announced until its end',
       insert('Shard.TryWriteInPlace', 'thread.EndWrite();', before='bool done = TryLockAndWrite'))
mutant('E13: a write in place is announced with a fence before the table is read',
       replace('Shard.TryWriteInPlace', 'thread.AnnounceWriteFenced(Side);', 'thread.AnnounceWrite(Side);'))
mutant('E13: a table is given back after the writes in place have ended',
       never('ShardSet.Retire', 'GroupShape<TKey, TValue>.IsMisreadWhenStale'))
mutant('a group that is being written or was moved is not locked', never('Shard.TryLockAndWrite', '!version.IsStable'))
mutant('a group of a migrating shard is not locked', never('Shard.TryLockAndWrite', '!generation.IsStable'))
mutant('E12: an owner of all locks waits for the writes in place',
       drop('ShardSet.LockAll', 'ThreadState.AwaitWrites(_writeSides, (uint)ShardCount);'))
mutant('E12: a table is dropped after the writes in place have ended',
       drop('LockedShard.DropTable', 'ThreadState.AwaitWrites(side, shards: 1);'))
AWAIT_MOVED, READ_MOVED = 'GroupVersion.AwaitUnlocked(group).IsMoved', 'new VersionWord(group->Version).IsMoved'
mutant('an enumeration waits until a group is unlocked', replace('LockedShard.CopyRange', AWAIT_MOVED, READ_MOVED))
mutant('a write under the lock waits until the group is unlocked',
       drop('LockedShard.Write', 'GroupVersion.AwaitUnlocked(slot.Group);'))
mutant('a read under the lock waits until the group is unlocked',
       drop('LockedShard.TryRead', 'GroupVersion.AwaitUnlocked(slot.Group);'))
mutant('a migration waits until a group is unlocked', replace('LockedShard.MoveGroup', AWAIT_MOVED, READ_MOVED))

# The generation of a shard's view

mutant('E2: the opening generation is an acquire', weaken_read('ViewGeneration.BeginRead', 'view->Generation'))
mutant('the closing generation is compared with the opening one',
       replace('ViewGeneration.ValidateAfterVersion', 'return Volatile.Read(ref view->Generation) == generation.Word;',
               'return true;'))
mutant('E1: a read barrier precedes the closing generation', drop('ViewGeneration.Validate', 'Volatile.ReadBarrier();'))
mutant('E1: the generation is odd during a change',
       drop('ViewGeneration.BeginChange',
            'Volatile.Write(ref view->Generation, new GenerationWord(view->Generation).BeginChange().Word);'))
mutant('E1: a write barrier follows the odd generation',
       drop('ViewGeneration.BeginChange', 'Volatile.WriteBarrier();'))
mutant('E2: the even generation is a release', weaken_write('ViewGeneration.EndChange', 'view->Generation'))
mutant('every change leaves a new generation',
       replace('GenerationWord.EndChange', '(Word & ~(Change - 1)) + Change', '(Word & ~(Change - 1))'))
mutant('the generation says whether the shard is migrating',
       replace('ViewGeneration.EndChange', 'isMigrating = !view->Previous.IsNone', 'isMigrating = false'))
mutant('E14: a view that changes has no settled table',
       drop('ViewGeneration.BeginChange', 'view->Settled = TableRef.Unsettled;'))
mutant('E14: the odd generation is a release', weaken_write('ViewGeneration.BeginChange', 'view->Generation'),
       redundant='until the next generation, which is behind the barrier that follows, the table that was settled is '
       'part of the view, and a lookup that meets a write of an exclusive phase there finds the mark from then on; the '
       'store stays a release')
mutant('E15: the settled table is a release', weaken_write('ViewGeneration.EndChange', '*(ulong*)&view->Settled'),
       redundant='the entries that were in the table before are behind the barrier of BeginChange, and a lookup need '
       'not know what an exclusive phase has added before it has met the even generation; the store stays a release')
mutant('a view with two tables has no settled table',
       replace('ViewGeneration.EndChange', 'if (next.IsStable)', 'if (!next.IsBusy)'))

# The lock of a shard

mutant('E9: the lock is released with an exchange',
       replace('ShardLock.Exit', 'if (!new LockWord(Interlocked.Exchange(ref side->Lock, 0)).HasWaiters)',
               'int seen = side->Lock; Volatile.Write(ref side->Lock, 0); if (!new LockWord(seen).HasWaiters)'))
LOCK_FAILS = 'Interlocked.CompareExchange(ref side->Lock, thread.LockWord.Word, 0) != 0'
mutant('the lock is taken', never('ShardLock.Enter', LOCK_FAILS), never('ShardLock.EnterUninterrupted', LOCK_FAILS))
mutant('the release of the lock wakes a waiter', drop('ShardLock.Exit', 'ParkingLot.WakeOne(&side->Lock);'))
mutant('a thread that was parked takes the lock with the waiters bit',
       replace('ShardLock.TryParkUntilCanceled', 'thread.LockWord.WithWaiters().Word', 'thread.LockWord.Word'))
mutant('a thread that takes its own lock again gets an exception',
       never('ShardLock.EnterContended', 'IsOwnedBy(side, thread)'))
mutant('a thread sets the waiters bit before it parks',
       replace('ParkingLot.Park', '!TrySetWaitersBit(word)', 'Volatile.Read(ref *word) == 0'))
mutant('the waiters bit is set, and the thread queued, under the lock of the bucket',
       move('ParkingLot.Park', 'bucket.Enter();', before='thread.Woken = false;'),
       replace('ParkingLot.Park', 'bucket.Exit(); return true;', 'return true;'))
mutant('a waiter that gives up passes its wake-up on', drop('ParkingLot.GiveUp', 'if (woken) { WakeOne(word); }'))
mutant('a waiter that gives up leaves the queue',
       replace('ParkingLot.GiveUp', 'bucket.Remove(thread); thread.WaitingFor = null;', 'thread.WaitingFor = word;'))
mutant('a deadlock is reported only if the same cycle is seen twice',
       replace('ShardLock.ThrowIfDeadlocked', 'FindCycle(&side->Lock, thread) == cycle',
               'FindCycle(&side->Lock, thread) != 0'))
mutant('the search for deadlocks tells the waits of one thread apart',
       drop('ParkingLot.TryGetAwaitedOwner', 'park = thread.Parks;'))
mutant('a thread that is parked already does not park again', never('ParkingLot.Park', 'thread.IsParked'))

# Reads

mutant('a lookup skips a home group that is being written or was moved',
       replace('Shard.TryReadHome', 'if (!version.IsStable) { goto', 'if (false) { goto'))
mutant('a lookup validates its home group', drop('Shard.TryReadHome', 'GroupVersion.Validate(group, version) &&'))
mutant('a hit in the home group validates the generation',
       drop('Shard.TryReadHome', '&& ViewGeneration.ValidateAfterVersion(view, generation)'))
mutant('a miss in the home group validates the generation',
       drop('Shard.TryReadHome', '&& ViewGeneration.Validate(view, generation)'))
mutant('the sentinel of a disposed map has a full overflow filter',
       drop('GroupVersion.SetDisposed', 'Volatile.Write(ref sentinel->Version, VersionWord.Disposed.Word);'))
mutant('a lookup goes on past a home group whose overflow filter has its hash',
       drop('Shard.TryReadHome', '!version.MayBePassedBy(hash) &&'))
mutant('H1: the kind of a table is read from the table\'s own word',
       replace('Shard.TryReadHome', '!table.IsFractional', '!table.IsUnsettled'))
mutant('a probe that meets a group that is being written starts again',
       drop('Shard.ProbeGroup', 'if (version.IsWritten) { ClearUnlessWide(out value); return ProbeResult.Conflict; }'))
mutant('a probe ignores the tags of a moved group', drop('Shard.ProbeGroup', 'match = 0;'))
mutant('a probe validates each group', never('Shard.ProbeGroup', '!GroupVersion.Validate(group, version)'))
mutant('a probe validates the generation',
       drop('Shard.TryRead', '&& ViewGeneration.Validate(view, generation)'))
mutant('a read does not start while the generation is odd', always('Shard.TryRead', '!generation.IsBusy'))
mutant('H1: a read checks the reference to the previous table before it uses it',
       replace('Shard.TryRead', 'previous.IsNone ? ProbeResult.Conflict : KeyStore', 'KeyStore'))
mutant('a read looks into the previous table before the current one',
       replace('Shard.TryRead', 'if (generation.IsMigrating)',
               'SchedulePoint.BeforeRead(&view->Current, sizeof(TableRef), "reader: current"); '
               'result = Probe(view->Current, hash, key, out value); '
               'if (result == ProbeResult.Miss && generation.IsMigrating)'),
       replace('Shard.TryRead', 'if (result == ProbeResult.Miss) { SchedulePoint', 'if (false) { SchedulePoint'))
mutant('a miss after a probe checks whether the map is disposed',
       drop('Shard.TryRead', '_map.ThrowIfDisposed();'))
mutant('the read of last resort takes the lock',
       replace('Shard.TryReadLocked', 'locked = Enter(thread, guarded: true);',
               'locked = LockedShard<TKey, TValue, THasher>.OwnedAlready(this, thread, guarded: true);'))
mutant('the read of last resort checks whether the map is disposed',
       drop('LockedShard.TryRead', 'Map.ThrowIfDisposed();'))
mutant('H8: the number of optimistic attempts is bounded',
       replace('Shard.TryRead', 'attempt < MaxReadAttempts', 'attempt < int.MaxValue'),
       replace('Shard.TryRead', '1 + attempt', '1'))

# Writes under the lock

HELP = 'if (!view->Previous.IsNone) { Help(); }'
mutant('a write checks under the lock whether the map is disposed', drop('ShardSet.WriteOwned', 'ThrowIfDisposed();'))
mutant('a write of the home group is not made while the shard migrates',
       replace('Shard.TryWriteHome', '!view->Previous.IsNone ||', ''))
mutant('a write of the home group is not made where the shard is full',
       replace('Shard.TryWriteHome', 'side->Count >= side->MaxEntries ||', ''))
mutant('a write of the home group is not made where overflow counts are saturated',
       replace('Shard.TryWriteHome', '|| side->SaturatedGroups != 0', ''))
mutant('a write of the home group is not made in a map that is being disposed',
       replace('Shard.TryWriteHome', '|| _map.IsDisposed', ''))
mutant('a write of the home group leaves a locked group to the full path',
       never('Shard.TryWriteHome', 'version.IsLocked'))
mutant('a key that may have passed its home group is not added there',
       replace('Shard.TryWriteHome', '|| version.MayBePassedBy(hash)', ''))
mutant('a write of the home group leaves keys with records to the search that releases them',
       replace('Shard.TryWriteFound', 'KeyStore<TKey>.HasRecords && !operation.KeepsKey && typeof(TOperation) != typeof(GetOrAddOperation<TValue>)',
               'false'))
mutant('the lock is released at the end of a write of the home group',
       drop('ShardSet.WriteLocked', 'ShardLock.Exit(shard.Side);'))
mutant('the lock is released if there is no memory for a record',
       drop('Shard.KeepOrExit', 'ShardLock.Exit(Side);'))
mutant('a write helps the migration before it searches', move('LockedShard.Write', HELP, before='switch'))
mutant('a write helps the migration', drop('LockedShard.Write', HELP))
mutant('a write searches the previous table',
       replace('LockedShard.Write', 'found = !view->Previous.IsNone &&', 'found = false &&'))
mutant('the lock is released at the end of a write', drop('LockedShard.Dispose', 'HasWoken = ShardLock.Exit(Side);'))
mutant('a replaced table is retired', drop('LockedShard.RetireTables', 'Map.Retire(table);'))

mutant('an insert makes the version odd', drop('Table.Place', 'TSync.BeginWrite(group);', 'TSync.EndWrite(group);'))
mutant('an update makes the version odd',
       drop('Table.Update', 'TSync.BeginWrite(slot.Group);', 'TSync.EndWrite(slot.Group);'))
mutant('a removal makes the version odd',
       drop('Table.Erase', 'TSync.BeginWrite(slot.Group);', 'TSync.EndWrite(slot.Group);'))
mutant('an insert raises the overflow counts', drop('Table.Insert', 'TSync.SetControl(group, raised);'))
mutant('an insert adds its hash to the overflow filters', drop('Table.Insert', 'TSync.AddToFilter(group, hash);'))
mutant('E7: the overflow filter is set with a release', weaken_write('GroupVersion.AddToFilter', 'group->Version'),
       redundant='the write barrier of the insert that follows orders it; the store stays a release')
mutant('E11: an insert waits for a locked group before it sets the overflow filter',
       replace('GroupVersion.AddToFilter', 'AwaitUnlocked(group)', 'new(group->Version)'))
mutant('an insert raises the overflow counts before it publishes the entry',
       drop('Table.Insert', 'ulong raised = ControlWord.IncrementOverflow(control); if (raised != control) {…}'),
       drop('Table.Insert', 'TSync.AddToFilter(group, hash);'),
       insert('Table.Insert', '''
        for (ProbeSequence again = new(table, hash, Stride); again.Group != group; again.Advance())
        {
            TSync.SetControl(again.Group, ControlWord.IncrementOverflow(again.Group->Control));
            TSync.AddToFilter(again.Group, hash);
        }
''', before='return saturated;'),
       redundant='a reader reaches the entry only by the counts, and a writer that raises them late still owns the '
       'lock, so the insert has not ended before that; it stays, because the argument then does not need the lock')
mutant('a removal lowers the overflow counts after it has erased the entry',
       move('Table.Remove', 'Erase<TSync>(slot);', after='for (…) {…}'),
       redundant='a reader that a lowered count stops answers as of after the removal, which has not ended, and no '
       'later reader gets past that count; it stays, because the argument then does not need the lock')
mutant('a removal of the last entry that passed a group clears its overflow filter',
       drop('Table.Remove', 'TSync.ClearFilter(group);'))
mutant('E11: a removal waits for a locked group before it clears the overflow filter',
       replace('GroupVersion.ClearFilter', 'AwaitUnlocked(group)', 'new(group->Version)'))
mutant('a removal lowers the overflow counts', drop('Table.Remove', 'TSync.SetControl(group, lowered);'))
NOT_MOVED = '!new VersionWord(group->Version).IsMoved'
FILTER_ENDS = 'version.IsLocked ? !ControlWord.HasOverflow(control) : !version.MayBePassedBy(hash)'
mutant('a removal does not write to moved groups', always('Table.Remove', NOT_MOVED),
       redundant='the counts that an erased entry has raised may be lowered in any group; it stays, because '
       'moved groups need not be written')
mutant('an insert sets the tag after it has written the entry',
       move('Table.Place', 'TSync.SetControl(group, ControlWord.WithTag(…)); TSync.EndWrite(group);',
            before='*KeyAt(group, slot) = key;'))
mutant('a search under the lock ignores the tags of a moved group', always('Table.TryFind', '!version.IsMoved'))
mutant('a search under the lock goes on past a group whose overflow filter has its hash',
       always('Table.TryFind', FILTER_ENDS))
mutant('a search under the lock does not take the id of a thread for an overflow filter',
       replace('Table.TryFind', FILTER_ENDS, '!version.MayBePassedBy(hash)'))

# Migrations and resizing

BEGIN_CHANGE, END_CHANGE = 'ViewGeneration.BeginChange(…);', 'ViewGeneration.EndChange(…);'
END_VIEW_CHANGE = 'EndViewChange();'

mutant('a group is marked as moved after its entries were copied',
       move('LockedShard.MoveGroup', 'GroupVersion.MarkMoved(group);',
            before='foreach (…) { if (BlobStore<TKey, TValue>.HasBlobs'))
mutant('the start of a migration changes the generation',
       drop('LockedShard.StartMigration', BEGIN_CHANGE))
mutant('the end of a migration changes the generation',
       drop('LockedShard.EndMigration', BEGIN_CHANGE, END_VIEW_CHANGE))
mutant('E8: a fence follows the end of a migration', drop('LockedShard.EndMigration', 'Interlocked.MemoryBarrier();'),
       redundant='the unlock that follows is a full fence and precedes the retirement of the table')
mutant('a migration resets the cursor', drop('LockedShard.StartMigration', 'side->MigrationCursor = 0;'))
mutant('an empty table is not migrated',
       replace('LockedShard.StartMigration', 'nothingToMove = side->Count == 0', 'nothingToMove = false'),
       redundant='it is a shortcut and not a defence: the migration of an empty table is correct, too')
mutant('Clear makes all generations odd before it changes a view',
       move('ShardSet.Clear', BEGIN_CHANGE, before='all.ShardAt(shard, retired)'))
mutant('Clear takes all locks',
       replace('ShardSet.LockAll', 'entered < ShardCount', 'entered < 1'),
       replace('ShardSet.UnlockAll', 'Unlock(ShardCount)', 'Unlock(1)'))
mutant('Clear checks under the locks whether the map is disposed', drop('ShardSet.Clear', 'ThrowIfDisposed();'))
mutant('E8: a fence follows Clear', drop('LockedShard.Clear', 'Interlocked.MemoryBarrier();'),
       redundant='the unlock that follows is a full fence and precedes the retirement of the tables')
mutant('Dispose takes each lock',
       drop('ShardSet.Dispose', 'ShardLock.EnterUninterrupted(_writeSides + shard, thread);'),
       replace('ShardSet.Dispose', 'Owned(ShardAt', 'OwnedAlready(ShardAt'))
mutant('the drop of a table changes the generation',
       drop('LockedShard.DropTable', BEGIN_CHANGE, END_VIEW_CHANGE))
mutant('E8: a fence follows the drop of a table', drop('LockedShard.DropTable', 'Interlocked.MemoryBarrier();'),
       redundant='the unlock that follows is a full fence and precedes the retirement of the table')
mutant('a reservation waits for the end of a migration',
       always('ShardSet.EnsureShardCapacity', 'shard.View->Previous.IsNone'))
mutant('a trim waits for the end of a migration',
       drop('LockedShard.Trim', 'if (!View->Previous.IsNone) { return true; }'))

# Frozen tables

mutant('a write moves its group out of a frozen table',
       replace('LockedShard.Write', 'side->PreviousIsFrozen != 0 ||', 'false ||'))
mutant('a frozen table is not retired by its shard',
       replace('LockedShard.TakePrevious', 'Side->PreviousIsFrozen == 0 ? View->Previous : TableRef.None',
               'View->Previous'))
mutant('a group that a write has moved is not moved again',
       replace('LockedShard.MoveGroup', 'if (GroupVersion.AwaitUnlocked(group).IsMoved) { return; }',
               '_ = GroupVersion.AwaitUnlocked(group);'))
mutant('a shard that was written to does not restore its frozen table',
       replace('LockedShard.IsUntouched', 'Side->MigrationCursor == 0', 'Side->MigrationCursor <= 1'))
mutant('a table is thawed only where it is still the previous one',
       replace('LockedShard.Thaw', '!View->Previous.Equals(table)', 'View->Previous.IsNone'))
mutant('the restoration of a table changes the generation',
       drop('LockedShard.RestorePrevious', BEGIN_CHANGE, END_VIEW_CHANGE))
mutant('the restoration of a table restores its capacity',
       drop('LockedShard.RestorePrevious', 'Volatile.Write(ref Side->MaxEntries, …);'))
mutant('E8: a fence follows the restoration of a table',
       drop('LockedShard.RestorePrevious', 'Interlocked.MemoryBarrier();'),
       redundant='the unlock that follows is a full fence and precedes the retirement of the other table; in an '
       'exclusive phase, the arena\'s lock is that fence')
mutant('the table that a restoration replaces is retired',
       drop('LockedShard.RetireTables', 'Map.Retire(_unused, isZero: true);'))
mutant('a snapshot owns all locks while it freezes the tables',
       drop('AllLocks.AllLocks', 'map.LockAll(Thread);'),
       replace('AllLocks.Dispose', '_map.UnlockAll()', '_ = _map.ShardCount'))

mutant('a timed write whose time is up changes nothing',
       replace('ShardSet.WriteLocked', 'if (!wait.TryEnter(shard.Side, thread)) { return false; }',
               '_ = wait.TryEnter(shard.Side, thread);'))

# Keys of any length

mutant('E16: the version is checked again after a record was compared',
       replace('GroupVersion.ValidateRecord', 'return Volatile.Read(ref group->Version) == version.Word;',
               'return true;'))
mutant('E16: a read barrier precedes the version after a record',
       drop('GroupVersion.ValidateRecord', 'Volatile.ReadBarrier();'))
mutant('E16: a record is released after its key was removed',
       move('LockedShard.RemoveWithRecord', 'Table<TKey, TValue>.Remove<SeqLockGroups>(table, hash, slot);',
            after='KeyStore<TKey>.Release(Heap, Map.Arena, stored);'),
       redundant='a reader that no longer recognizes the key answers as of after the removal, which has not ended, and '
       'the record has no other key before the lock is released; the removal stays first')
mutant('E4: a record is filled before its slot is published',
       replace('KeyStore.Keep', 'PresentedBytes.CopyTo(key.Address, record, key.LongLength);', ''))
mutant('the generation confirms a slot before its address is followed',
       replace('Shard.MayFollow', 'bool isEntry = ViewGeneration.ValidateAfterVersion(view, generation);',
               'bool isEntry = true;'))
mutant('a write in place compares only a confirmed slot',
       drop('Shard.EqualsRecordKey', 'GroupVersion.Validate(group, version) &&'),
       redundant='the compare-exchange on the version discards the answer; the first check keeps the thread from an '
       'address that is none, and such a group is not locked by a thread that has announced its write')
mutant('a record that a snapshot may show is not used again',
       replace('RecordMemory.Release', 'if (heap->Newest is null)', 'if (heap->Newest is null || true)'))
mutant('what a snapshot has kept passes to the snapshot before it',
       replace('RecordMemory.EndEpoch', 'if (older is null)', 'if (older is null || older->Limbo is null)'))
mutant('a snapshot keeps the segments of a cleared shard',
       replace('RecordMemory.GiveToEpoch', 'if (heap->Newest is null)', 'if (heap->Newest is null || true)'))
mutant('a record of an emptied table is not used again',
       never('LockedShard.RemoveWithRecord', 'Heap->IsCompacting != 0 && !table.Equals(View->Current)'))
mutant('segments that a compaction has emptied are retired', drop('LockedShard.EndMigration', 'EndCompaction();'))

# Values of any length

mutant('E16: the version is checked again after a value was copied',
       drop('Shard.ProbeBlobGroup', '!GroupVersion.ValidateRecord(group, version) ||'))
mutant('the generation is checked again after a value was copied',
       drop('Shard.ProbeBlobGroup', '|| !ViewGeneration.ValidateAfterVersion(View, generation)'),
       redundant='the lookup compares the generation once more before it returns')
mutant('E4: a value is copied to its record before its slot is published',
       drop('BlobStore.Store', 'Unsafe.CopyBlockUnaligned(place, presented.Address, presented.Length);'))
mutant('E16: the record of a replaced value is released after the slot has another',
       move('LockedShard.ReplaceBlob', 'ReleaseBlob(oldKey, oldValue);',
            before='Table<TKey, TValue>.Replace<SeqLockGroups>(slot, newKey, newValue);'))
mutant('a write during a compaction moves the group of its value first',
       replace('LockedShard.Write', '(BlobStore<TKey, TValue>.HasBlobs && Heap->IsCompacting != 0)', 'false'))

# Exclusive phases

mutant('an exclusive phase takes all locks',
       drop('ShardSet.EnterExclusive', 'LockAll(thread);'), drop('ShardSet.ExitExclusive', 'UnlockAll();'))
mutant('an exclusive phase makes all generations odd',
       drop('ShardSet.EnterExclusive', BEGIN_CHANGE))
mutant('a change of the tables in an exclusive phase leaves the generation odd',
       replace('LockedShard.EndViewChange', 'Side->IsExclusive != 0', 'false'))
mutant('the end of an exclusive phase makes the generations even',
       drop('ShardSet.ExitExclusive', END_CHANGE))
mutant('an exclusive phase checks whether the map is disposed', never('ShardSet.EnterExclusive', 'IsDisposed'))
mutant('a write during another thread\'s exclusive phase gets an exception',
       drop('ShardLock.EnterContended', 'if (!waitForExclusive) { ThrowIfExclusive(side, thread, "write to"); }'))
mutant('a read during another thread\'s exclusive phase gets an exception that names it',
       drop('Shard.TryReadLocked', 'ShardLock.ThrowIfExclusive(Side, thread, "read");'),
       redundant='the lock refuses the read as it refuses a write; this check only names the operation in the message')

# Enumeration

mutant('an enumeration leaves moved entries out', always('LockedShard.CopyRange', '!' + AWAIT_MOVED))
mutant('an enumeration copies only the hashes of its range',
       always('LockedShard.CopyRange', 'hash >= from && (end == 0 || hash < end)'))
mutant('an enumeration copies from the previous table',
       never('LockedShard.CopyRange', '!View->Previous.IsNone'))
mutant('an enumeration follows the overflow counts past its range',
       drop('LockedShard.CopyRange', '&& !ControlWord.HasOverflow(control)'))
mutant('ToArray leaves moved entries out', never('LockedShard.CopyTable', 'new VersionWord(group->Version).IsMoved'))
mutant('an enumeration takes the lock',
       replace('ShardSet.CopyRange', 'ShardAt(shard).Enter(thread, guarded: true)',
               'OwnedAlready(shard, thread, guarded: true)'))

# The map stays alive until its operations end. One mutant per file, whose members are near the one that is named.

for operations, member, kept in (
        ('reads', 'ShardMap.TryGetValues', 'this'),
        ('writes', 'ShardMap.TryExchange', 'this'),
        ('writes of ranges', 'ShardMap.TryRemoveRange', 'this'),
        ('updates', 'ShardMap.GetOrAdd', 'this'),
        ('enumerations', 'ShardMap.ToArray', 'this'),
        ('properties', 'ShardMap.IsEmpty', 'this'),
        ('additions to numbers', 'ShardMapNumberExtensions.Increment', 'map')):
    mutant(f'{operations} keep the map alive', drop_in_file_of(member, f'GC.KeepAlive({kept});'))

# Caches

mutant('H28: a mark is stored without what a version protects',
       replace('ShardCache.Mark', 'entry->Mark = (byte)(mark + 1);',
               'CacheEntry<TValue> marked = *entry; SchedulePoint.Before("reader: mark copied"); '
               'marked.Mark = (byte)(mark + 1); *entry = marked;'))
mutant('H28: Clear leaves the table of a cache in its place',
       insert('ShardCache.Clear', '_shards.Clear();', before='for (…)'))
mutant('a cache\'s lookup skips a home group that is being written',
       never('ShardCache.TryReadHome', '!version.IsStable'))
mutant('a cache\'s lookup validates its home group',
       drop('ShardCache.TryReadHome', 'GroupVersion.Validate(group, version) &&'))
mutant('a cache\'s probe validates each group',
       never('ShardCache.Probe', '!GroupVersion.Validate(group, version)'))
mutant('a miss of a cache after a probe checks whether the cache is disposed',
       drop('ShardCache.TryReadAnywhere', 'else if (result == ProbeResult.Miss) { _shards.ThrowIfDisposed(); }'))
mutant('a write to a cache checks under the lock whether the cache is disposed',
       never('ShardCache.Enter', '_shards.IsDisposed'))
mutant('a write to a cache waits until the group is unlocked',
       drop('CacheShard.Write', 'GroupVersion.AwaitUnlocked(slot.Group);'))
mutant('an eviction waits until the group is unlocked',
       drop('CacheShard.EvictOne', 'Sharding.GroupVersion.AwaitUnlocked(group);'))
mutant('a slot with a place in a ring gets no second place',
       always('CacheShard.Insert', '(*inRing & position.Bit) == 0'))
mutant('a slot that gets a place in a ring has its bit set',
       drop('CacheShard.Insert', '*inRing |= position.Bit;'))
mutant('an empty slot that leaves its ring has its bit cleared',
       replace('CacheShard.EvictOne', 'Pop(isSmall); Leave(position); continue;', 'Pop(isSmall); continue;'))
mutant('an evicted slot has its bit cleared',
       replace('CacheShard.EvictOne', 'Leave(position); RemoveNoted(hash, slot);', 'RemoveNoted(hash, slot);'))
mutant('Clear empties the rings', drop('CacheShard.Clear', 'Rings.Reset(_cache);'))
mutant('Clear clears the bits of the rings', drop('CacheShard.Clear', '_cache->InRing[index] = 0;'))
mutant('Clear clears the overflow filters', drop('CacheShard.Clear', 'GroupVersion.ClearFilter(group);'))
mutant('a shard never has more entries than its limit',
       replace('CacheShard.Insert', 'while (Side->Count >= _cache->Limit)', 'while (Side->Count > _cache->Limit)'))
mutant('a shard may have as many entries as its limit',
       replace('CacheShard.Insert', 'while (Side->Count >= _cache->Limit)', 'while (Side->Count >= _cache->Limit - 1)'))
mutant('an eviction looks at a bounded number of entries',
       replace('CacheShard.EvictOne', 'isSpared && pops < MaxPops', 'isSpared'))
mutant('the fingerprint of a ghost has none of the bits that keys of a shard share',
       replace('GhostWord.RowOf', 'fingerprint = (uint)(mixed >> 20) & FingerprintMask;',
               'fingerprint = (uint)hash & FingerprintMask;'))
mutant('the row of a ghost has none of the bits that keys of a group share',
       replace('GhostWord.RowOf', '((mixed >> 32) * rows) >> 32', '((hash >> 32) * rows) >> 32'))
mutant('a lookup in the home group asks for the expiry',
       never('ShardCache.TryReadHome', 'expiry != 0 && ExpiryTick.HasPassed(expiry, CoarseTick.Now)'))
mutant('a lookup anywhere asks for the expiry',
       replace('ShardCache.TryReadAnywhere', 'result == ProbeResult.Hit && IsAlive(copy.Expiry)',
               'result == ProbeResult.Hit'))
mutant('a write in place asks for the expiry',
       never('CacheOperation.OnFound', 'ExpiryTick.HasPassed(entry.Expiry, _now)'))
mutant('a write under the lock asks for the expiry',
       never('CacheShard.Write', 'ExpiryTick.HasPassed(entry.Expiry, now)'))
mutant('a sweep asks for the expiry',
       always('CacheShard.SweepGroup', 'HasExpired(EntryAt(reference)->Expiry, now)'))
mutant('a sweep compares an expiry with the latest tick too',
       drop('CacheShard.HasExpired', '&& ExpiryTick.HasPassed(expiry, _clock.Latest)'))
mutant('a lookup on the path of a key skips a group that is being written',
       never('ShardCache.TryReadPath', '!version.IsStable'))
mutant('a lookup on the path of a key validates each group',
       never('ShardCache.TryReadPath', '!GroupVersion.Validate(group, version)'))
mutant('a lookup on the path of a key asks for the expiry',
       replace('ShardCache.TryReadPath', '!ExpiryTick.HasPassed(expiry, CoarseTick.Now)', 'true'))
mutant('a copy of a ring goes on behind what has left it',
       drop('Rings.Copy', 'place = Math.Max(place, first);'))
mutant('a ring that is emptied counts its places',
       drop('Rings.Reset', 'side->MainPops += side->MainCount;'))
mutant('the records of a group are moved before an entry is added to it',
       never('CacheShard.Insert', 'HasBlobs && HasOldRecords(group)'))
mutant('a record in an old segment is not released',
       never('CacheShard.RemoveBlob', 'HasOldRecords(slot.Group)'))
mutant('a value in an old segment is not replaced in its slot',
       drop('CacheShard.ReplaceBlob', '|| HasOldRecords(slot.Group)'))
mutant('the moved bit of a group is cleared when the cursor passes it',
       drop('CacheShard.CompactSome', '_cache->InRing[index] &= unchecked((byte)~CacheSide.MovedBit);'))
mutant('a write to a cache sweeps a group',
       drop('ShardCache.WriteLocked', 'cache.SweepNext(operation.Now);'))
for operations, member in (
        ('lookups', 'ShardCache.TryPeekElsewhere'), ('writes', 'ShardCache.WriteLocked'), ('sweeps', 'ShardCache.Trim'),
        ('saves', 'ShardCache.Pack')):
    mutant(f'{operations} keep the cache alive', drop_in_file_of(member, 'GC.KeepAlive(this);'))
