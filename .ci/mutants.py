"""The defences of the concurrent core, each with the change that takes it out (see .ci/mutation-check)."""
from collections import namedtuple

Mutant = namedtuple('Mutant', 'name file changes redundant')
MUTANTS = []


def mutant(name, file, *changes, redundant=None):
    MUTANTS.append(Mutant(name, file, list(zip(changes[::2], changes[1::2])), redundant))


VERSION = 'Sharding/Locking/GroupVersion.cs'
mutant('E3 read barrier before the closing version', VERSION, '        Volatile.ReadBarrier();\n', '')
mutant('E3 write barrier after the odd version', VERSION, '        Volatile.WriteBarrier();\n', '')
mutant('E3 odd version', VERSION, 'group->Version = version.BeginWrite().Word;', '',
       '.EndWrite().Word', '.AfterWrite().Word')
mutant('E4 acquire of the opening version', VERSION, 'return new VersionWord(Volatile.Read(ref group->Version));',
       'SchedulePoint.BeforeRead(&group->Version, 8, "plain"); return new VersionWord(group->Version);')
mutant('E4 release of the even version', VERSION, 'Volatile.Write(ref group->Version, new VersionWord(group->Version).EndWrite().Word);',
       'group->Version = new VersionWord(group->Version).EndWrite().Word;')
mutant('H6 the version moves on with every write', VERSION, 'new VersionWord(group->Version).EndWrite().Word', 'group->Version - 1')
mutant('E5 acquire of the closing version', VERSION, 'return Volatile.Read(ref group->Version) == version.Word;',
       'SchedulePoint.BeforeRead(&group->Version, 8, "plain"); return group->Version == version.Word;')
mutant('the closing version is compared', VERSION, 'return Volatile.Read(ref group->Version) == version.Word;', 'return true;')
mutant('E7 acquire of the control word', VERSION, 'return Volatile.Read(ref group->Control);',
       'SchedulePoint.BeforeRead(&group->Control, 8, "plain"); return group->Control;',
       redundant='the read barrier before each closing check makes it an acquire in time for every answer; kept strong')
mutant('E7 release of the control word', VERSION, 'Volatile.Write(ref group->Control, control);', 'group->Control = control;',
       redundant='the write barrier of the insert that follows orders a raise; a lowered count that is seen early makes a '
       'miss that can be ordered after the removal; kept strong')
mutant('E6 release of the moved mark', VERSION, 'Volatile.Write(ref group->Version, version.AfterMove().Word);',
       'group->Version = version.AfterMove().Word;',
       redundant='each copy\'s own odd version and write barrier order it; kept strong')
mutant('E6 moved mark', VERSION, 'Volatile.Write(ref group->Version, version.AfterMove().Word);', '')
mutant('E4 release of the version after a hold', VERSION, 'Volatile.Write(ref group->Version, changed ? version.AfterWrite().Word : version.Word);',
       'group->Version = changed ? version.AfterWrite().Word : version.Word;')
mutant('a hold that has changed the group has a new version', VERSION, 'changed ? version.AfterWrite().Word : version.Word', 'version.Word')
mutant('a hold is taken back by compare-exchange', VERSION, '_ = Interlocked.CompareExchange(ref group->Version, version.Word, LockedBy(thread));',
       'Volatile.Write(ref group->Version, version.Word);')
mutant('a hold is taken by compare-exchange', VERSION, 'return Interlocked.CompareExchange(ref group->Version, LockedBy(thread), version.Word) == version.Word;',
       'Volatile.Write(ref group->Version, LockedBy(thread)); return true;')
mutant('an owner of the lock waits until a group is unlocked', VERSION, 'return version.IsLocked ? SpinUntilUnlocked(group) : version;', 'return version;')

IN_PLACE = 'Sharding/Shards/Shard.InPlace.cs'
mutant('a holder looks at the lock', IN_PLACE, '!ShardLock.IsFree(Side)\n            || ', '')
mutant('a holder looks whether it holds the group still', IN_PLACE, '            || !GroupVersion.IsLockedBy(group, thread)\n', '')
mutant('a holder that nobody waits for looks at the generation', IN_PLACE, '\n            || !ViewGeneration.ValidateAfterVersion(view, generation))', ')',
       '            thread.AnnounceWrite(Side);\n', '')
mutant('a holder looks at the generation', IN_PLACE, '\n            || !ViewGeneration.ValidateAfterVersion(view, generation))', ')',
       redundant='where the thread\'s word is seen in time, all who replace a table wait for it; but it may still be on its way while the '
       'holder looks for the table (a delay that is not simulated for words outside the map), as the mutant before takes for granted')
mutant('a holder says what it is about to change', IN_PLACE, '            thread.AnnounceWriteFenced(Side);\n', '', '            thread.AnnounceWrite(Side);\n', '')
mutant('a holder says so until it has let go', IN_PLACE, '        bool done = TryLock', '        thread.EndWrite();\n        bool done = TryLock')
mutant('E13 a holder says so before it looks for the table', IN_PLACE, '            thread.AnnounceWriteFenced(Side);\n', '            thread.AnnounceWrite(Side);\n')
mutant('E13 a table is given back after changes in place', 'Sharding/ShardSet.cs', 'if (GroupShape<TKey, TValue>.IsMisreadWhenStale)', 'if (_viewMask == nuint.MaxValue)')
mutant('a group that is written or moved is not held', IN_PLACE,
       'if (!version.IsStable)', 'if (sizeof(TKey) >> 20 != 0)')
mutant('a group of a migrating shard is not held', IN_PLACE, 'if (!generation.IsStable)',
       'if (sizeof(TKey) >> 20 != 0)')
mutant('E12 all changes in place are waited for', 'Sharding/ShardSet.AllLocks.cs', '        ThreadState.AwaitWrites(_writeSides, (uint)ShardCount);\n', '')
mutant('E12 a table is dropped after changes in place', 'Sharding/Shards/LockedShard.Resize.cs', '        ThreadState.AwaitWrites(side, shards: 1);\n', '')
mutant('an enumeration copies values that nobody is changing', 'Sharding/Shards/LockedShard.Enumerate.cs', 'GroupVersion.AwaitUnlocked(group).IsMoved', 'new VersionWord(group->Version).IsMoved')
mutant('a write reads a value that nobody is changing', 'Sharding/Shards/LockedShard.Write.cs', '        GroupVersion.AwaitUnlocked(slot.Group);\n        TValue value', '        TValue value')
mutant('the read of last resort reads a value that nobody is changing', 'Sharding/Shards/LockedShard.Write.cs', '            GroupVersion.AwaitUnlocked(slot.Group);\n', '')
mutant('a group is moved that nobody is changing', 'Sharding/Shards/LockedShard.Migrate.cs', 'GroupVersion.AwaitUnlocked(group).IsMoved', 'new VersionWord(group->Version).IsMoved')

VIEW = 'Sharding/Locking/ViewGeneration.cs'
mutant('E2 acquire of the generation', VIEW, 'SchedulePoint.Before("reader: generation");\n', '',
       '// [E2] acquire: pairs with the release in EndChange.\n        return new GenerationWord(Volatile.Read(ref view->Generation));',
       'SchedulePoint.BeforeRead(&view->Generation, 8, "plain"); return new GenerationWord(view->Generation);')
mutant('the generation is compared', VIEW, 'return Volatile.Read(ref view->Generation) == generation.Word;', 'return true;')
mutant('E1 read barrier before the closing generation', VIEW, '        Volatile.ReadBarrier();\n', '')
mutant('E1 odd generation', VIEW, 'view->Generation = new GenerationWord(view->Generation).BeginChange().Word;', '')
mutant('E1 write barrier after the odd generation', VIEW, '        Volatile.WriteBarrier();\n', '')
mutant('E2 release of the even generation', VIEW, 'Volatile.Write(ref view->Generation, next.Word);', 'view->Generation = next.Word;')
mutant('the generation moves on with every change', 'Layout/GenerationWord.cs', '(Word & ~(Change - 1)) + Change', '(Word & ~(Change - 1))')
mutant('the migrating bit', VIEW, 'isMigrating: !view->Previous.IsNone', 'isMigrating: false')

LOCK = 'Sharding/Locking/ShardLock.cs'
mutant('E9 exchange at the unlock', LOCK, 'if (!new LockWord(Interlocked.Exchange(ref side->Lock, 0)).HasWaiters)',
       'int seen = side->Lock; Volatile.Write(ref side->Lock, 0); if (!new LockWord(seen).HasWaiters)')
mutant('the lock is taken', LOCK, 'if (Interlocked.CompareExchange(ref side->Lock, thread.LockWord.Word, 0) != 0)\n        {\n            EnterContended',
       'if (side->MaxEntries < 0)\n        {\n            EnterContended')
mutant('unlocking wakes', LOCK, 'ParkingLot.WakeOne(&side->Lock);', '')
mutant('a parked thread takes the lock with the waiters bit', LOCK, 'thread.LockWord.WithWaiters().Word, 0) == 0', 'thread.LockWord.Word, 0) == 0')
mutant('a lock held by oneself is an exception', LOCK, 'if (IsOwnedBy(side, thread))', 'if (side->MaxEntries < 0)')

PARKING = 'Sharding/Locking/ParkingLot.cs'
mutant('parking sets the waiters bit', PARKING, 'if (!TrySetWaitersBit(word))', 'if (Volatile.Read(ref *word) == 0)')
mutant('the bucket is locked while the bit is set and the thread queued', PARKING,
       '        bucket.Enter();\n        if (!TrySetWaitersBit(word))\n        {\n            bucket.Exit();\n            return true;\n        }\n',
       '        if (!TrySetWaitersBit(word))\n        {\n            return true;\n        }\n\n        bucket.Enter();\n')
mutant('who gives up passes the wake-up on', PARKING, '        if (woken)\n        {\n            WakeOne(word);\n        }\n', '')
mutant('who gives up leaves the queue', PARKING, 'bucket.Remove(thread);\n            thread.WaitingFor = null;', 'thread.WaitingFor = word;')
mutant('a deadlock is the same cycle twice', LOCK, 'FindCycle(&side->Lock, thread) == cycle', 'FindCycle(&side->Lock, thread) != 0')
mutant('a wait knows which of its thread\'s it is', PARKING, 'park = thread.Parks;', '')
mutant('a sleep that is re-entered parks no second time', PARKING, 'if (thread.IsParked)', 'if (word == null)')

READ = 'Sharding/Shards/Shard.Read.cs'
mutant('a busy or moved home group is not looked at', READ,
       'if (!version.IsStable)\n        {\n            goto', 'if (false)\n        {\n            goto')
mutant('the home group is validated', READ, 'if (GroupVersion.Validate(group, version)\n                && key', 'if (key')
mutant('a hit validates the generation', READ, '\n                && ViewGeneration.ValidateAfterVersion(view, generation))', ')')
mutant('a miss validates the generation', READ, '\n            && ViewGeneration.Validate(view, generation))', ')')
mutant('a disposed map\'s sentinel has a count', 'Sharding/ShardSet.AllLocks.cs', 'GroupVersion.SetControl(_header->Sentinel, ControlWord.Disposed);', '')
mutant('a home group with overflow does not end the walk', READ,
       'else if (!ControlWord.HasOverflow(GroupVersion.ReadControl(group))\n            && ViewGeneration', 'else if (ViewGeneration')
mutant('a migrating shard is not read from its current table alone', READ,
       '!generation.IsStable', 'generation.IsBusy')
mutant('H1 the kind of a table stands in its own word', READ, 'Group* group = Table<TKey, TValue>.HomeGroup(table, hash);',
       'Group* group = (Group*)table.PowerOfTwoHomeGroup(hash, Stride);')
mutant('a busy group of the walk is torn', READ,
       'if (version.IsWritten)\n            {\n                value = default;\n                return ProbeResult.Conflict;\n            }\n', '')
mutant('tags of a moved group are ignored', READ, '            match = 0;\n', '')
mutant('a group of the walk is validated', READ, 'if (!GroupVersion.Validate(group, version))', 'if (false)')
mutant('a walk validates the generation', READ, 'if (result != ProbeResult.Conflict && ViewGeneration.Validate(view, generation))', 'if (result != ProbeResult.Conflict)')
mutant('an odd generation is not read under', READ, 'if (!generation.IsBusy)', 'if (true)')
mutant('H1 an address is looked at before it is used', READ, 'previous.IsNone ? ProbeResult.Conflict : Probe', 'Probe')
CURRENT = 'SchedulePoint.BeforeRead(&view->Current, sizeof(TableRef), "reader: current");\n                '
mutant('previous before current', READ,
       'if (generation.IsMigrating)\n                {\n                    SchedulePoint.BeforeRead(&view->Previous',
       CURRENT + 'result = Probe(view->Current, hash, key, out value);\n                if (result == ProbeResult.Miss && generation.'
       'IsMigrating)\n                {\n                    SchedulePoint.BeforeRead(&view->Previous',
       'if (result == ProbeResult.Miss)\n                {\n                    SchedulePoint', 'if (view == null)\n                {\n                    SchedulePoint')
mutant('a miss of the walk looks whether the map is disposed', READ,
       'if (result == ProbeResult.Miss)\n                    {\n                        _map.ThrowIfDisposed();\n                    }\n', '')
OWNED = 'LockedShard<TKey, TValue, THasher>.OwnedAlready('
mutant('the read of last resort takes the lock', READ, 'locked = Enter(thread, guarded: true);', f'locked = {OWNED}this, thread, guarded: true);')
mutant('the read of last resort looks whether the map is disposed', 'Sharding/Shards/LockedShard.Write.cs',
       '        Map.ThrowIfDisposed();\n        if ((!View', '        if ((!View')
mutant('H8 optimistic attempts are bounded', READ, 'attempt < MaxReadAttempts', 'attempt < int.MaxValue', '1 + attempt', '1')

WRITE = 'Sharding/Shards/LockedShard.Write.cs'
KEYS, LOCKED = 'Sharding/ShardSet.Keys.cs', 'Sharding/Shards/LockedShard.cs'
HELP = '        if (!view->Previous.IsNone)\n        {\n            Help();\n        }\n'
mutant('a writer rechecks disposed under the lock', KEYS, '        ThrowIfDisposed();\n        locked.Write', '        locked.Write')
mutant('a writer helps before it searches', WRITE, HELP, '',
       'TValue value = *Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot);\n        switch',
       'TValue value = *Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot);\n' + HELP + '\n        switch')
mutant('writers help the migration', WRITE, HELP, '')
mutant('a writer searches the previous table', WRITE, 'bool found = !view->Previous.IsNone && Table', 'bool found = view->Current.IsNone && Table')
mutant('the lock is given up', LOCKED, '            HasWoken = ShardLock.Exit(Side);\n', '')
mutant('a replaced table is retired', LOCKED, '                Map.Retire(table);\n', '')

INSERT, REMOVE, FIND = 'Tables/Table.Insert.cs', 'Tables/Table.Remove.cs', 'Tables/Table.Find.cs'
mutant('an insert makes the version odd', INSERT, 'TSync.BeginWrite(group);', '', 'TSync.EndWrite(group);', '')
mutant('an update makes the version odd', INSERT, 'TSync.BeginWrite(slot.Group);', '', 'TSync.EndWrite(slot.Group);', '')
mutant('a removal makes the version odd', REMOVE, 'TSync.BeginWrite(slot.Group);', '', 'TSync.EndWrite(slot.Group);', '',
       redundant='a removal leaves the bytes of the entry alone, and the insert that takes the slot makes the version odd: '
       'a reader that has seen the tag answers as of before the removal; kept, so that every write of a group has one form')
mutant('overflow counts are raised', INSERT, 'TSync.SetControl(group, raised);', '')
RAISE = '''            ulong raised = ControlWord.IncrementOverflow(control);
            if (raised != control)
            {
                TSync.SetControl(group, raised);
                saturated += ControlWord.IsSaturated(raised) ? 1 : 0;
            }

'''
mutant('overflow counts are raised before the entry is published', INSERT, RAISE, '',
       '        TSync.EndWrite(group);\n        return saturated;',
       '''        TSync.EndWrite(group);
        for (ProbeSequence again = new(table, hash, Stride); again.Group != group; again.Advance())
        {
            TSync.SetControl(again.Group, ControlWord.IncrementOverflow(again.Group->Control));
        }

        return saturated;''',
       redundant='a reader gets to the entry by the counts alone, and the writer who raises them late still holds the lock: until '
       'then the insert has not ended; kept, for the argument then needs no lock')
ERASE = '''        TSync.BeginWrite(slot.Group);
        TSync.SetControl(slot.Group, ControlWord.WithoutTag(slot.Group->Control, slot.Slot));
        TSync.EndWrite(slot.Group);
'''
LOOP_END = '                }\n            }\n        }\n'
mutant('overflow counts are lowered after the entry is erased', REMOVE, ERASE, '', LOOP_END, LOOP_END + '\n' + ERASE,
       redundant='who is stopped by a lowered count answers as of after the removal, which has not ended, and nobody gets past '
       'that count any more; kept, for the argument then needs no lock')
mutant('overflow counts are lowered', REMOVE, 'TSync.SetControl(group, lowered);', '')
mutant('moved groups are not written again', REMOVE, 'if (!new VersionWord(group->Version).IsMoved)', 'if (group != null)',
       redundant='the count of an entry that is erased may be lowered anywhere; kept, because moved groups need not be loaded to be written')
mutant('an insert clears no tag before its entry', INSERT,
       '        *KeyAt(group, slot) = key;\n        *ValueAt(group, slot) = value;\n        TSync.SetControl(group, ControlWord.WithTag(control, slot, (byte)HashBits.Tag(hash)));\n        TSync.EndWrite(group);',
       '        TSync.SetControl(group, ControlWord.WithTag(control, slot, (byte)HashBits.Tag(hash)));\n        TSync.EndWrite(group);\n        *KeyAt(group, slot) = key;\n        *ValueAt(group, slot) = value;')
mutant('a writer ignores the tags of a moved group', FIND, 'if (!new VersionWord(group->Version).IsMoved)', 'if (group != null)')
mutant('a writer follows the overflow counts', FIND, 'if (!ControlWord.HasOverflow(control))', 'if (group != null)')

MIGRATE = 'Sharding/Shards/LockedShard.Migrate.cs'
mutant('a group is marked after its entries are copied', MIGRATE, '        GroupVersion.MarkMoved(group);\n', '',
       '        foreach (int slot in Table<TKey, TValue>.Occupied(control))\n        {\n            side->',
       '        GroupVersion.MarkMoved(group);\n        foreach (int slot in Table<TKey, TValue>.Occupied(control))\n        {\n            side->')
mutant('the start of a migration changes the generation', MIGRATE,
       '        ViewGeneration.BeginChange(view);\n        view->Previous = nothingToMove', '        view->Previous = nothingToMove')
mutant('the end of a migration changes the generation', MIGRATE,
       '        ViewGeneration.BeginChange(view);\n        view->Previous = TableRef.None;\n        ViewGeneration.EndChange(view);', '        view->Previous = TableRef.None;')
mutant('E8 fence at the end of a migration', MIGRATE, 'Interlocked.MemoryBarrier(); // [E8]', '// [E8]',
       redundant='the unlock that follows is a full fence, and comes before the table is retired')
mutant('the cursor starts again', MIGRATE, 'side->MigrationCursor = 0;', '')
mutant('an empty table is not migrated', MIGRATE, 'bool nothingToMove = side->Count == 0;', 'bool nothingToMove = false;',
       redundant='a shortcut, no defence: migrating an empty table is right as well')

LIFE = 'Sharding/ShardSet.AllLocks.cs'
RESIZE = 'Sharding/Shards/LockedShard.Resize.cs'
mutant('Clear: all generations odd first', LIFE, '                    ViewGeneration.BeginChange(_views + shard);\n                }\n            }\n\n            for', '                }\n            }\n\n            for',
       '                    all.ShardAt(shard, retired)', '                    ViewGeneration.BeginChange(_views + shard);\n                    all.ShardAt(shard, retired)')
mutant('Clear takes all locks', LIFE, 'for (; entered < ShardCount; entered++)', 'for (; entered < 1; entered++)',
       'Unlock(ShardCount)', 'Unlock(1)')
mutant('Clear rechecks disposed', LIFE, '            ThrowIfDisposed();\n            TableRef[]', '            TableRef[]')
mutant('E8 fence of Clear', RESIZE, 'Interlocked.MemoryBarrier(); // [E8] release fence: the view is published before the blocks\'', '// [E8] release fence: the view is published before the blocks\'',
       redundant='the unlock that follows is a full fence, and comes before the tables are retired')
mutant('Dispose takes each lock', LIFE, '            ShardLock.EnterUninterrupted(_writeSides + shard, thread);\n', '', '.Owned(ShardAt', '.OwnedAlready(ShardAt')
CAPACITY = 'Sharding/ShardSet.Capacity.cs'
mutant('a dropped table changes the generation', RESIZE,
       '        ViewGeneration.BeginChange(view);\n        view->Previous = TableRef.None;\n        view->Current = Map.Sentinel;\n        ViewGeneration.EndChange(view);',
       '        view->Previous = TableRef.None;\n        view->Current = Map.Sentinel;')
mutant('E8 fence of a dropped table', RESIZE, 'Interlocked.MemoryBarrier(); // [E8] release fence: the view is published before the block\'s', '// [E8] release fence: the view is published before the block\'s',
       redundant='the unlock that follows is a full fence, and comes before the table is retired')
mutant('a reservation waits for a running migration', CAPACITY, 'if (shard.View->Previous.IsNone)', 'if (side->MaxEntries >= 0)')
mutant('a trim waits for a running migration', RESIZE,
       '        if (!View->Previous.IsNone)\n        {\n            return true;\n        }\n', '')

FREEZE = 'Sharding/Shards/LockedShard.Freeze.cs'
mutant('a write moves its group out of a frozen table', WRITE, 'if (side->PreviousIsFrozen != 0)', 'if (side->MaxEntries < 0)')
mutant('a frozen table is not retired by the shard', FREEZE, 'Side->PreviousIsFrozen == 0 ? View->Previous : TableRef.None', 'View->Previous')
mutant('a group that was moved ahead is not moved again', MIGRATE,
       '        if (GroupVersion.AwaitUnlocked(group).IsMoved)\n        {\n            return;\n        }\n', '        _ = GroupVersion.AwaitUnlocked(group);\n')
mutant('a table that was written to is not put back', FREEZE, '=> Side->MigrationCursor == 0;', '=> Side->MigrationCursor <= 1;')
mutant('a table is put back only where it still is', FREEZE, 'if (!View->Previous.Equals(table))', 'if (View->Previous.IsNone)')
mutant('a table put back changes the generation', FREEZE,
       '        ViewGeneration.BeginChange(view);\n        view->Previous = TableRef.None;\n        view->Current = restored;\n        ViewGeneration.EndChange(view);',
       '        view->Previous = TableRef.None;\n        view->Current = restored;')
mutant('a table put back has its own capacity', FREEZE, '        Volatile.Write(ref Side->MaxEntries, TableSize.MaxEntries(restored.Groups, Slots));\n', '')
mutant('E8 fence of a table put back', FREEZE, 'Interlocked.MemoryBarrier(); // [E8]', '// [E8]',
       redundant='the unlock that follows is a full fence, and comes before the other table is retired; in an exclusive phase the arena\'s lock is')
mutant('the table that was not needed is retired', LOCKED, '            Map.Retire(_unused, isZero: true);\n', '')
mutant('all locks are held while tables are frozen', 'Sharding/AllLocks.cs', '        map.LockAll(Thread);\n', '', '=> _map.UnlockAll();', '=> _ = _map.ShardCount;')

mutant('a timed writer that has given up does nothing', KEYS, '        if (!wait.TryEnter(shard.Side, thread))\n        {\n            return false;\n        }\n', '        _ = wait.TryEnter(shard.Side, thread);\n')

EXCLUSIVE = 'Sharding/ShardSet.Exclusive.cs'
mutant('an exclusive phase takes all locks', EXCLUSIVE, '        LockAll(thread);\n', '', '        UnlockAll();\n        _background', '        _background')
mutant('an exclusive phase closes the views to readers', EXCLUSIVE, '            ViewGeneration.BeginChange(_views + shard);\n        }\n\n        return', '        }\n\n        return')
mutant('a write in an exclusive phase closes the view again', EXCLUSIVE, '            ViewGeneration.BeginChange(view);\n', '')
mutant('an exclusive phase opens the views again', EXCLUSIVE, '            ViewGeneration.EndChange(_views + shard);\n', '')
mutant('an exclusive phase looks whether the map is disposed', EXCLUSIVE, 'if (IsDisposed)', 'if (_viewMask == nuint.MaxValue)')
mutant('writers are told of an exclusive phase', LOCK, '        if (!waitForExclusive)\n        {\n            ThrowIfExclusive(side, thread, "write to");\n        }\n', '')
mutant('readers are told of an exclusive phase', READ, '        ShardLock.ThrowIfExclusive(Side, thread, "read");\n', '',
       redundant='the lock refuses readers as it does writers; this names the operation in the message')

ENUMERATE = 'Sharding/Shards/LockedShard.Enumerate.cs'
mutant('enumeration leaves moved entries out', ENUMERATE, 'if (!GroupVersion.AwaitUnlocked(group).IsMoved)', 'if (group != null)')
mutant('enumeration goes by ranges of hashes', ENUMERATE, 'if (hash >= from && (end == 0 || hash < end))', 'if (true)')
mutant('enumeration visits the previous table', ENUMERATE, 'if (!View->Previous.IsNone)\n        {\n            CopyRange', 'if (View->Current.IsNone)\n        {\n            CopyRange')
mutant('enumeration follows overflow past its range', ENUMERATE, 'homesLeft == 0 && !ControlWord.HasOverflow(control)', 'homesLeft == 0')
mutant('ToArray leaves moved entries out', ENUMERATE, 'if (new VersionWord(group->Version).IsMoved)', 'if (group == null)')
mutant('enumeration takes the lock', 'Sharding/ShardSet.Enumerate.cs', 'ShardAt(shard).Enter(thread, guarded: true)', 'OwnedAlready(shard, thread, guarded: true)')

for part in ('ShardMap.Read.cs', 'ShardMap.Write.cs', 'ShardMap.Update.cs', 'ShardMap.Enumerate.cs', 'ShardMap.cs', 'ShardMapNumberExtensions.cs'):
    keep = 'GC.KeepAlive(map);' if 'Number' in part else 'GC.KeepAlive(this);'
    mutant(f'KeepAlive in {part}', part, keep, '')
