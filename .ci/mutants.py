"""The defences of the concurrent core, each with the change that takes it out (see .ci/mutation-check)."""
from collections import namedtuple

Mutant = namedtuple('Mutant', 'name file changes redundant')
MUTANTS = []


def mutant(name, file, *changes, redundant=None):
    MUTANTS.append(Mutant(name, file, list(zip(changes[::2], changes[1::2])), redundant))


VERSION = 'Sharding/GroupVersion.cs'
mutant('E3 read barrier before the closing version', VERSION, '        Volatile.ReadBarrier();\n', '')
mutant('E3 write barrier after the odd version', VERSION, '        Volatile.WriteBarrier();\n', '')
mutant('E3 odd version', VERSION, 'group->Version = version + Busy;', '',
       'group->Version + (Write - Busy)', 'group->Version + Write')
mutant('E4 acquire of the opening version', VERSION, 'return Volatile.Read(ref group->Version);',
       'SchedulePoint.BeforeRead(&group->Version, 8, "plain"); return group->Version;')
mutant('E4 release of the even version', VERSION, 'Volatile.Write(ref group->Version, group->Version + (Write - Busy));',
       'group->Version += Write - Busy;')
mutant('H6 the version moves on with every write', VERSION, 'group->Version + (Write - Busy)', 'group->Version - Busy')
mutant('E5 acquire of the closing version', VERSION, 'return Volatile.Read(ref group->Version) == version;',
       'SchedulePoint.BeforeRead(&group->Version, 8, "plain"); return group->Version == version;')
mutant('the closing version is compared', VERSION, 'return Volatile.Read(ref group->Version) == version;', 'return true;')
mutant('E7 acquire of the control word', VERSION, 'return Volatile.Read(ref group->Control);',
       'SchedulePoint.BeforeRead(&group->Control, 8, "plain"); return group->Control;',
       redundant='the read barrier before each closing check makes it an acquire in time for every answer; kept strong')
mutant('E7 release of the control word', VERSION, 'Volatile.Write(ref group->Control, control);', 'group->Control = control;',
       redundant='the write barrier of the insert that follows orders a raise; a lowered count that is seen early makes a '
       'miss that can be ordered after the removal; kept strong')
mutant('E6 release of the moved mark', VERSION, 'Volatile.Write(ref group->Version, (version + Write) | Moved);',
       'group->Version = (version + Write) | Moved;',
       redundant='each copy\'s own odd version and write barrier order it; kept strong')
mutant('E6 moved mark', VERSION, 'Volatile.Write(ref group->Version, (version + Write) | Moved);', '')
mutant('E4 release of the version after a hold', VERSION, 'Volatile.Write(ref group->Version, changed ? version + Write : version);',
       'group->Version = changed ? version + Write : version;')
mutant('a hold that has changed the group has a new version', VERSION, 'changed ? version + Write : version', 'version')
mutant('a hold is taken back by compare-exchange', VERSION, '_ = Interlocked.CompareExchange(ref group->Version, version, HeldBy(thread));',
       'Volatile.Write(ref group->Version, version);')
mutant('a hold is taken by compare-exchange', VERSION, 'return Interlocked.CompareExchange(ref group->Version, HeldBy(thread), version) == version;',
       'Volatile.Write(ref group->Version, HeldBy(thread)); return true;')
mutant('an owner of the lock waits for who holds a group', VERSION, 'return (version & Held) == 0 ? version : SpinUntilReleased(group);', 'return version;')

IN_PLACE = 'Sharding/ShardSet.InPlace.cs'
mutant('a holder looks at the lock', IN_PLACE, '!ShardLock.IsFree(side)\n            || ', '')
mutant('a holder looks whether it holds the group still', IN_PLACE, '            || !GroupVersion.IsHeldBy(group, thread)\n', '')
mutant('a holder that nobody waits for looks at the generation', IN_PLACE, '\n            || !ViewGeneration.ValidateAfterVersion(view, generation))', ')',
       '            thread.BeginChange(side);\n', '')
mutant('a holder looks at the generation', IN_PLACE, '\n            || !ViewGeneration.ValidateAfterVersion(view, generation))', ')',
       redundant='where the thread\'s word is seen in time, all who replace a table wait for it; but it may still be on its way while the '
       'holder looks for the table (a delay that is not simulated for words outside the map), as the mutant before takes for granted')
mutant('a holder says what it is about to change', IN_PLACE, '            thread.AnnounceChange(side);\n', '', '            thread.BeginChange(side);\n', '')
mutant('a holder says so until it has let go', IN_PLACE, '        bool done = TryHold', '        thread.EndChange();\n        bool done = TryHold')
mutant('E13 a holder says so before it looks for the table', IN_PLACE, '            thread.AnnounceChange(side);\n', '            thread.BeginChange(side);\n')
mutant('E13 a table is given back after changes in place', 'Sharding/ShardSet.cs', 'if (GroupShape<TKey, TValue>.IsMisreadWhenStale)', 'if (_viewMask == nuint.MaxValue)')
mutant('a group that is written or moved is not held', IN_PLACE,
       'if ((version & (GroupVersion.Written | GroupVersion.Moved)) != 0)', 'if (sizeof(TKey) >> 20 != 0)')
mutant('a group of a migrating shard is not held', IN_PLACE, 'if ((generation & (ViewGeneration.Busy | ViewGeneration.Migrating)) != 0)',
       'if (sizeof(TKey) >> 20 != 0)')
mutant('E12 all changes in place are waited for', 'Sharding/ShardSet.Lifetime.cs', '        ThreadState.AwaitChanges(_writeSides, (uint)_options.ShardCount);\n', '')
mutant('E12 a table is dropped after changes in place', 'Sharding/ShardSet.Capacity.cs', '        ThreadState.AwaitChanges(side, shards: 1);\n', '')
mutant('an enumeration copies values that nobody is changing', 'Sharding/ShardSet.Enumerate.cs', '(GroupVersion.AwaitHolder(group) & GroupVersion.Moved)', '(group->Version & GroupVersion.Moved)')
mutant('a write reads a value that nobody is changing', 'Sharding/ShardSet.Write.cs', '        GroupVersion.AwaitHolder(slot.Group);\n', '')
mutant('the read of last resort reads a value that nobody is changing', 'Sharding/ShardSet.Read.cs', '            GroupVersion.AwaitHolder(slot.Group);\n', '')
mutant('a group is moved that nobody is changing', 'Sharding/ShardSet.Migrate.cs', '(GroupVersion.AwaitHolder(group) & GroupVersion.Moved)', '(group->Version & GroupVersion.Moved)')

VIEW = 'Sharding/ViewGeneration.cs'
mutant('E2 acquire of the generation', VIEW, 'SchedulePoint.Before("reader: generation");\n', '',
       '// [E2] acquire: pairs with the release in EndChange.\n        return Volatile.Read(ref view->Generation);',
       'SchedulePoint.BeforeRead(&view->Generation, 8, "plain"); return view->Generation;')
mutant('the generation is compared', VIEW, 'return Volatile.Read(ref view->Generation) == generation;', 'return true;')
mutant('E1 read barrier before the closing generation', VIEW, '        Volatile.ReadBarrier();\n', '')
mutant('E1 odd generation', VIEW, 'view->Generation |= Busy;', '')
mutant('E1 write barrier after the odd generation', VIEW, '        Volatile.WriteBarrier();\n', '')
mutant('E2 release of the even generation', VIEW, 'Volatile.Write(ref view->Generation, next);', 'view->Generation = next;')
mutant('the generation moves on with every change', VIEW, '(view->Generation & ~(Change - 1)) + Change', 'view->Generation & ~(Change - 1)')
mutant('the migrating bit', VIEW, 'next |= Migrating;', '')

LOCK = 'Sharding/ShardLock.cs'
mutant('E9 exchange at the unlock', LOCK, 'if ((Interlocked.Exchange(ref side->Lock, 0) & Waiters) == 0)',
       'int seen = side->Lock; Volatile.Write(ref side->Lock, 0); if ((seen & Waiters) == 0)')
mutant('the lock is taken', LOCK, 'if (Interlocked.CompareExchange(ref side->Lock, thread.LockWord, 0) != 0)\n        {\n            EnterContended',
       'if (side->MaxEntries < 0)\n        {\n            EnterContended')
mutant('unlocking wakes', LOCK, 'ParkingLot.WakeOne(&side->Lock);', '')
mutant('a parked thread takes the lock with the waiters bit', LOCK, 'thread.LockWord | Waiters, 0) == 0', 'thread.LockWord, 0) == 0')
mutant('a lock held by oneself is an exception', LOCK, 'if (IsOwnedBy(side, thread))', 'if (side->MaxEntries < 0)')

PARKING = 'Sharding/ParkingLot.cs'
mutant('parking sets the waiters bit', PARKING, 'if (!TrySetWaitersBit(word))', 'if (Volatile.Read(ref *word) == 0)')
mutant('the bucket is locked while the bit is set and the thread queued', PARKING,
       '        bucket.Enter();\n        if (!TrySetWaitersBit(word))\n        {\n            bucket.Exit();\n            return true;\n        }\n',
       '        if (!TrySetWaitersBit(word))\n        {\n            return true;\n        }\n\n        bucket.Enter();\n')
mutant('who gives up passes the wake-up on', PARKING, '        if (woken)\n        {\n            WakeOne(word);\n        }\n', '')
mutant('who gives up leaves the queue', PARKING, 'bucket.Remove(thread);\n            thread.WaitingFor = null;', 'thread.WaitingFor = word;')
mutant('a deadlock is the same cycle twice', LOCK, 'FindCycle(&side->Lock, thread) == cycle', 'FindCycle(&side->Lock, thread) != 0')
mutant('a wait knows which of its thread\'s it is', PARKING, 'park = thread.Parks;', '')
mutant('a sleep that is re-entered parks no second time', PARKING, 'if (thread.IsParked)', 'if (word == null)')

READ = 'Sharding/ShardSet.Read.cs'
mutant('a busy or moved home group is not looked at', READ,
       'if ((version & (GroupVersion.Written | GroupVersion.Moved)) != 0)\n        {\n            goto', 'if (false)\n        {\n            goto')
mutant('the home group is validated', READ, 'if (GroupVersion.Validate(group, version)\n                && key', 'if (key')
mutant('a hit validates the generation', READ, '\n                && ViewGeneration.ValidateAfterVersion(view, generation))', ')')
mutant('a miss validates the generation', READ, '\n            && ViewGeneration.Validate(view, generation))', ')')
mutant('a disposed map\'s sentinel has a count', 'Sharding/ShardSet.Lifetime.cs', 'GroupVersion.SetControl(_header->Sentinel, ControlWord.Disposed);', '')
mutant('a home group with overflow does not end the walk', READ,
       'else if (!ControlWord.HasOverflow(GroupVersion.ReadControl(group))\n            && ViewGeneration', 'else if (ViewGeneration')
mutant('a migrating shard is not read from its current table alone', READ,
       '(generation & (ViewGeneration.Busy | ViewGeneration.Migrating)) != 0', '(generation & ViewGeneration.Busy) != 0')
mutant('H1 the kind of a table stands in its own word', READ, 'Group* group = Table<TKey, TValue>.HomeGroup(table, hash);',
       'Group* group = (Group*)table.PowerOfTwoHomeGroup(hash, Stride);')
mutant('a busy group of the walk is torn', READ,
       'if ((version & GroupVersion.Written) != 0)\n            {\n                value = default;\n                return Finding.Torn;\n            }\n', '')
mutant('tags of a moved group are ignored', READ, '            match = 0;\n', '')
mutant('a group of the walk is validated', READ, 'if (!GroupVersion.Validate(group, version))', 'if (false)')
mutant('a walk validates the generation', READ, 'if (result != Finding.Torn && ViewGeneration.Validate(view, generation))', 'if (result != Finding.Torn)')
mutant('an odd generation is not read under', READ, 'if ((generation & ViewGeneration.Busy) == 0)', 'if (true)')
mutant('H1 an address is looked at before it is used', READ, 'previous.IsNone ? Finding.Torn : Walk', 'Walk')
CURRENT = 'SchedulePoint.BeforeRead(&view->Current, sizeof(TableRef), "reader: current");\n                '
mutant('previous before current', READ,
       'if ((generation & ViewGeneration.Migrating) != 0)\n                {\n                    SchedulePoint.BeforeRead(&view->Previous',
       CURRENT + 'result = Walk(view->Current, hash, key, out value);\n                if (result == Finding.Miss && (generation & '
       'ViewGeneration.Migrating) != 0)\n                {\n                    SchedulePoint.BeforeRead(&view->Previous',
       'if (result == Finding.Miss)\n                {\n                    SchedulePoint', 'if (view == null)\n                {\n                    SchedulePoint')
mutant('a miss of the walk looks whether the map is disposed', READ,
       'if (result == Finding.Miss)\n                    {\n                        ThrowIfDisposed();\n                    }\n', '')
mutant('the read of last resort takes the lock', READ, '        ShardLock.Enter(side, thread);\n', '',
       '            ShardLock.Exit(side);\n', '')
mutant('the read of last resort looks whether the map is disposed', READ, '        ThrowIfDisposed();\n        if ((!view', '        if ((!view')
mutant('H8 optimistic attempts are bounded', READ, 'attempt < MaxReadAttempts', 'attempt < int.MaxValue', '1 + attempt', '1')

WRITE = 'Sharding/ShardSet.Write.cs'
mutant('a writer rechecks disposed under the lock', WRITE, '            ThrowIfDisposed();\n', '')
mutant('a writer helps before it searches', WRITE,
       '            if (!view->Previous.IsNone)\n            {\n                retired = Help(view, side);\n            }\n\n            WriteLocked(view, side, hash, key, ref operation, ref retired);',
       '            WriteLocked(view, side, hash, key, ref operation, ref retired);',
       'TValue value = *Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot);',
       'TValue value = *Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot);\n        if (!view->Previous.IsNone)\n        {\n            retired = Help(view, side);\n        }')
mutant('writers help the migration', WRITE, 'retired = Help(view, side);', '')
mutant('a writer searches the previous table', WRITE, 'bool found = !view->Previous.IsNone && Table', 'bool found = view->Current.IsNone && Table')
mutant('the lock is given up', WRITE, '            ShardLock.Exit(side);\n', '')
mutant('a replaced table is retired', WRITE, '                Retire(retired);\n', '')

INSERT, REMOVE, FIND = 'Tables/Table.Insert.cs', 'Tables/Table.Remove.cs', 'Tables/Table.Find.cs'
mutant('an insert makes the version odd', INSERT, 'TSync.BeginWrite(group);', '', 'TSync.EndWrite(group);', '')
mutant('an update makes the version odd', INSERT, 'TSync.BeginWrite(slot.Group);', '', 'TSync.EndWrite(slot.Group);', '')
mutant('a removal makes the version odd', REMOVE, 'TSync.BeginWrite(slot.Group);', '', 'TSync.EndWrite(slot.Group);', '',
       redundant='a removal leaves the bytes of the entry alone, and the insert that takes the slot makes the version odd: '
       'who has seen the tag answers as of before the removal; kept, so that every write of a group has one form')
mutant('overflow counts are raised', INSERT, 'TSync.SetControl(group, raised);', '')
RAISE = '''            ulong raised = ControlWord.IncrementOverflow(control);
            if (raised != control)
            {
                TSync.SetControl(group, raised);
                saturated += ControlWord.OverflowCount(raised) == ControlWord.SaturatedOverflow ? 1 : 0;
            }

'''
mutant('overflow counts are raised before the entry is published', INSERT, RAISE, '',
       '        TSync.EndWrite(group);\n        return saturated;',
       '''        TSync.EndWrite(group);
        for (Group* passed = (Group*)(block + (table.Home(hash) * (uint)Stride)); passed != group;)
        {
            TSync.SetControl(passed, ControlWord.IncrementOverflow(passed->Control));
            ulong next = ((ulong)((byte*)passed - block) / (uint)Stride) + 1;
            passed = (Group*)(block + ((next == groups ? 0 : next) * (uint)Stride));
        }

        return saturated;''',
       redundant='a reader gets to the entry by the counts alone, and the writer who raises them late still holds the lock: until '
       'then the insert has not ended; kept, for the argument then needs no lock')
ERASE = '''        TSync.BeginWrite(slot.Group);
        TSync.SetControl(slot.Group, ControlWord.WithoutTag(slot.Group->Control, slot.Slot));
        TSync.EndWrite(slot.Group);
'''
LOOP_END = '            index = index + 1 == groups ? 0 : index + 1;\n        }\n'
mutant('overflow counts are lowered after the entry is erased', REMOVE, ERASE, '', LOOP_END, LOOP_END + '\n' + ERASE,
       redundant='who is stopped by a lowered count answers as of after the removal, which has not ended, and nobody gets past '
       'that count any more; kept, for the argument then needs no lock')
mutant('overflow counts are lowered', REMOVE, 'TSync.SetControl(group, lowered);', '')
mutant('moved groups are not written again', REMOVE, 'if ((group->Version & MovedBit) == 0)', 'if (groups > 0)',
       redundant='the count of an entry that is erased may be lowered anywhere; kept, because moved groups need not be loaded to be written')
mutant('an insert clears no tag before its entry', INSERT,
       '        *KeyAt(group, slot) = key;\n        *ValueAt(group, slot) = value;\n        TSync.SetControl(group, ControlWord.WithTag(control, slot, (byte)HashBits.Tag(hash)));\n        TSync.EndWrite(group);',
       '        TSync.SetControl(group, ControlWord.WithTag(control, slot, (byte)HashBits.Tag(hash)));\n        TSync.EndWrite(group);\n        *KeyAt(group, slot) = key;\n        *ValueAt(group, slot) = value;')
mutant('a writer ignores the tags of a moved group', FIND, 'if ((group->Version & MovedBit) == 0)', 'if (groups > 0)')
mutant('a writer follows the overflow counts', FIND, 'if (!ControlWord.HasOverflow(control))', 'if (groups > 0)')

MIGRATE = 'Sharding/ShardSet.Migrate.cs'
mutant('a group is marked after its entries are copied', MIGRATE, '        GroupVersion.MarkMoved(group);\n', '',
       '        for (int slot = 0; slot < Slots; slot++)\n        {\n            if (ControlWord.ControlByte(control, slot) != 0)\n            {\n                side->',
       '        GroupVersion.MarkMoved(group);\n        for (int slot = 0; slot < Slots; slot++)\n        {\n            if (ControlWord.ControlByte(control, slot) != 0)\n            {\n                side->')
mutant('the start of a migration changes the generation', MIGRATE,
       '        ViewGeneration.BeginChange(view);\n        view->Previous = nothingToMove', '        view->Previous = nothingToMove')
mutant('the end of a migration changes the generation', MIGRATE,
       '        ViewGeneration.BeginChange(view);\n        view->Previous = TableRef.None;\n        ViewGeneration.EndChange(view);', '        view->Previous = TableRef.None;')
mutant('E8 fence at the end of a migration', MIGRATE, 'Interlocked.MemoryBarrier(); // [E8]', '// [E8]',
       redundant='the unlock that follows is a full fence, and comes before the table is retired')
mutant('the cursor starts again', MIGRATE, 'side->MigrationCursor = 0;', '')
mutant('an empty table is not migrated', MIGRATE, 'bool nothingToMove = side->Count == 0;', 'bool nothingToMove = false;',
       redundant='a shortcut, no defence: migrating an empty table is right as well')

LIFE = 'Sharding/ShardSet.Lifetime.cs'
mutant('Clear: all generations odd first', LIFE, '                    ViewGeneration.BeginChange(_views + shard);\n                }', '                }',
       '        view->Previous = TableRef.None;\n        view->Current = empty;', '        ViewGeneration.BeginChange(view);\n        view->Previous = TableRef.None;\n        view->Current = empty;')
mutant('Clear takes all locks', LIFE, 'for (; entered < _options.ShardCount; entered++)', 'for (; entered < 1; entered++)',
       'ExitAll(_options.ShardCount);\n            RetireAll', 'ExitAll(1);\n            RetireAll')
mutant('Clear rechecks disposed', LIFE, '            ThrowIfDisposed();\n            TableRef[]', '            TableRef[]')
mutant('E8 fence of Clear', LIFE, 'Interlocked.MemoryBarrier(); // [E8]', '// [E8]',
       redundant='the unlock that follows is a full fence, and comes before the tables are retired')
mutant('Dispose takes each lock', LIFE, 'ShardLock.EnterUninterrupted(side, thread);', '', '            ShardLock.Exit(side);\n', '')
CAPACITY = 'Sharding/ShardSet.Capacity.cs'
mutant('a dropped table changes the generation', CAPACITY,
       '        ViewGeneration.BeginChange(view);\n        view->Previous = TableRef.None;\n        view->Current = _sentinel;\n        ViewGeneration.EndChange(view);',
       '        view->Previous = TableRef.None;\n        view->Current = _sentinel;')
mutant('E8 fence of a dropped table', CAPACITY, 'Interlocked.MemoryBarrier(); // [E8]', '// [E8]',
       redundant='the unlock that follows is a full fence, and comes before the table is retired')
mutant('a reservation waits for a running migration', CAPACITY, 'if (view->Previous.IsNone)', 'if (side->MaxEntries >= 0)')
mutant('a trim waits for a running migration', CAPACITY,
       '            if (!view->Previous.IsNone)\n            {\n                return true;\n            }\n', '')

FREEZE = 'Sharding/ShardSet.Freeze.cs'
mutant('a write moves its group out of a frozen table', WRITE, 'if (side->PreviousIsFrozen != 0)', 'if (side->MaxEntries < 0)')
mutant('a frozen table is not retired by the shard', FREEZE, 'side->PreviousIsFrozen == 0 ? view->Previous : TableRef.None', 'view->Previous')
mutant('a group that was moved ahead is not moved again', MIGRATE,
       '        if ((GroupVersion.AwaitHolder(group) & GroupVersion.Moved) != 0)\n        {\n            return;\n        }\n', '        _ = GroupVersion.AwaitHolder(group);\n')
mutant('a table that was written to is not put back', FREEZE, '=> side->MigrationCursor == 0;', '=> side->MigrationCursor <= 1;')
mutant('a table is put back only where it still is', FREEZE, 'bool stillMigrating = view->Previous.Equals(table);', 'bool stillMigrating = !view->Previous.IsNone;')
mutant('a table put back changes the generation', FREEZE,
       '        ViewGeneration.BeginChange(view);\n        view->Previous = TableRef.None;\n        view->Current = restored;\n        ViewGeneration.EndChange(view);',
       '        view->Previous = TableRef.None;\n        view->Current = restored;')
mutant('a table put back has its own capacity', FREEZE, '        Volatile.Write(ref side->MaxEntries, TableSize.MaxEntries(restored.Groups, Slots));\n', '')
mutant('E8 fence of a table put back', FREEZE, 'Interlocked.MemoryBarrier(); // [E8]', '// [E8]',
       redundant='the unlock that follows is a full fence, and comes before the other table is retired; in an exclusive phase the arena\'s lock is')
mutant('the table that was not needed is retired', FREEZE, '            _arena.Retire(unused.Base, unused.Size.Bytes(Stride), isZero: true);\n', '')
mutant('all locks are held while tables are frozen', FREEZE, '                EnterAll();\n', '', '                    ExitAll(_options.ShardCount);\n', '')

mutant('a timed writer that has given up does nothing', WRITE, '            return false;\n', '')

EXCLUSIVE = 'Sharding/ShardSet.Exclusive.cs'
mutant('an exclusive phase takes all locks', EXCLUSIVE, '        EnterAll();\n', '', '        ExitAll(_options.ShardCount);\n    }', '    }')
mutant('an exclusive phase closes the views to readers', EXCLUSIVE, '            ViewGeneration.BeginChange(_views + shard);\n        }\n\n        return', '        }\n\n        return')
mutant('a write in an exclusive phase closes the view again', EXCLUSIVE, '                ViewGeneration.BeginChange(view);\n', '')
mutant('an exclusive phase opens the views again', EXCLUSIVE, '            ViewGeneration.EndChange(_views + shard);\n', '')
mutant('an exclusive phase looks whether the map is disposed', EXCLUSIVE, 'if (IsDisposed)', 'if (_viewMask == nuint.MaxValue)')
mutant('writers are told of an exclusive phase', LOCK, '        if (!waitForExclusive)\n        {\n            ThrowIfExclusive(side, thread, "write to");\n        }\n', '')
mutant('readers are told of an exclusive phase', READ, '        ShardLock.ThrowIfExclusive(side, thread, "read");\n', '',
       redundant='the lock refuses readers as it does writers; this names the operation in the message')

ENUMERATE = 'Sharding/ShardSet.Enumerate.cs'
mutant('enumeration leaves moved entries out', ENUMERATE, 'if ((GroupVersion.AwaitHolder(group) & GroupVersion.Moved) == 0)', 'if (groups > 0)')
mutant('enumeration goes by ranges of hashes', ENUMERATE, 'if (hash >= from && (end == 0 || hash < end))', 'if (true)')
mutant('enumeration visits the previous table', ENUMERATE, 'if (!view->Previous.IsNone)\n            {\n                CopyRange', 'if (view->Current.IsNone)\n            {\n                CopyRange')
mutant('enumeration follows overflow past its range', ENUMERATE, 'homesLeft == 0 && ControlWord.OverflowCount(control) == 0', 'homesLeft == 0')
mutant('ToArray leaves moved entries out', ENUMERATE, 'if ((group->Version & GroupVersion.Moved) != 0)', 'if (groups == 0)')
mutant('enumeration takes the lock', ENUMERATE, '        ShardLock.Enter(side, thread);\n', '', '            ShardLock.Exit(side);\n', '')

for part in ('ShardMap.Read.cs', 'ShardMap.Write.cs', 'ShardMap.Update.cs', 'ShardMap.Enumerate.cs', 'ShardMap.cs', 'ShardMapNumberExtensions.cs'):
    keep = 'GC.KeepAlive(map);' if 'Number' in part else 'GC.KeepAlive(this);'
    mutant(f'KeepAlive in {part}', part, keep, '')
