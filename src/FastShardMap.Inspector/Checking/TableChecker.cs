using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Checking;

/// <summary>
/// Checks one table: first each group, then the overflow counts against the probe paths of all entries.
/// </summary>
internal sealed class TableChecker
{
    /// <summary>If the hash is unknown, the check finds equal keys by remembering up to this many.</summary>
    private const int MaxRememberedKeys = 1 << 20;

    /// <summary>The groups on the paths of entries that the check visits in any table.</summary>
    private const long FreeSteps = 1 << 25;

    /// <summary>
    /// The groups on paths that each group adds to these. In a sound table, an entry passes less than one group on
    /// average. In a damaged one, every path may lead through the whole table.
    /// </summary>
    private const long StepsPerGroup = 256;

    private readonly NativeMap _map;
    private readonly int _shard;
    private readonly bool _isQuiet;
    private readonly Findings _findings;
    private readonly ulong? _cursor;
    private readonly RecordChecker? _records;
    private readonly TableReader _reader;
    private byte[] _passed = [];
    private long _stepsLeft = FreeSteps;
    private bool _hasCutPaths;

    public TableChecker(
        NativeMap map,
        int shard,
        TableRef table,
        bool isQuiet,
        Findings findings,
        ulong? cursor,
        RecordChecker? records)
    {
        _map = map;
        _shard = shard;
        _isQuiet = isQuiet;
        _findings = findings;
        _cursor = cursor;
        _records = records;
        _reader = new TableReader(map, table);
    }

    public ulong Groups => _reader.Groups;

    public ulong Unreadable => _reader.Unreadable;

    /// <summary>Entries in groups that are not moved.</summary>
    public long Entries { get; private set; }

    /// <summary>Groups that are not moved and whose overflow count is saturated.</summary>
    public long Saturated { get; private set; }

    private string TableText => _cursor is null ? "current" : "previous";

    public void Run()
    {
        if (Groups == 0)
        {
            return;
        }

        // One byte per group, saturating like the counts themselves; never larger than the table itself. A damaged word
        // may promise a table that is not there.
        bool exact = _map.KeyHash is not null && Groups <= (ulong)Array.MaxLength
            && !_reader.Group(0).IsEmpty && !_reader.Group(Groups - 1).IsEmpty;
        _passed = exact ? new byte[Groups] : [];
        HashSet<Int128>? seen = _map.KeyHash is null ? [] : null;
        _reader.Walk((index, group) =>
        {
            _stepsLeft += StepsPerGroup;
            CheckGroup(index, group);
            CheckEntries(index, group, seen);
        });
        if (_reader.Unreadable > 0)
        {
            _findings.Error(
                "unreadable",
                _shard,
                $"{_reader.Unreadable} of {Groups} groups of the {TableText} table cannot be read");
        }
        else if (exact && !_hasCutPaths)
        {
            _reader.Walk((index, group) => CheckOverflow(index, group));
        }
    }

    /// <summary>Looks up every entry of the previous table in this one.</summary>
    public void CheckDuplicatesOf(TableChecker previous)
    {
        if (previous.Groups == 0 || Groups == 0 || _map.KeyHash is null)
        {
            return;
        }

        previous._reader.Walk((index, group) =>
        {
            _stepsLeft += StepsPerGroup;
            if (TableReader.VersionOf(group).IsMoved)
            {
                return;
            }

            ulong control = TableReader.ControlOf(group);
            for (int slot = 0; slot < _map.SlotsPerGroup; slot++)
            {
                if (ControlWord.ControlByte(control, slot) != 0)
                {
                    ReadOnlySpan<byte> key = _reader.KeyAt(group, slot);
                    if (Occurs(key, _map.KeyHash.Hash(key, _map.Seed), before: null))
                    {
                        _findings.Report(
                            _isQuiet,
                            "duplicate",
                            _shard,
                            $"key {_map.KeyText(key)} is in group {index} of the previous "
                                + "table and in the current one");
                    }
                }
            }
        });
    }

    private void CheckGroup(ulong index, ReadOnlySpan<byte> group)
    {
        ulong control = TableReader.ControlOf(group);
        VersionWord version = TableReader.VersionOf(group);
        if (version.IsWritten)
        {
            _findings.Report(_isQuiet, "version", _shard, $"group {index} of the {TableText} table is being written");
        }

        // While a thread has the group locked, its id is where the filter was.
        if (!version.IsLocked && version.HasFilter && !ControlWord.HasOverflow(control))
        {
            _findings.Report(
                _isQuiet,
                "filter",
                _shard,
                $"group {index} of the {TableText} table has an overflow filter, and no entry has passed it");
        }

        bool moved = version.IsMoved;
        if (_cursor is { } cursor && !moved && index < cursor)
        {
            _findings.Report(
                _isQuiet,
                "moved",
                _shard,
                $"group {index} of the previous table is not moved; the cursor is at {cursor}");
        }
        else if (_cursor is { } position && moved && index >= position)
        {
            // Writes move the groups that they touch while a snapshot holds the table, and afterwards.
            _findings.Note(
                "moved ahead", _shard, $"group {index} of the previous table is moved; the cursor is at {position}");
        }
        else if (_cursor is null && moved)
        {
            _findings.Error("moved", _shard, $"group {index} of the current table is marked as moved");
        }

        for (int slot = 0; slot < ControlWord.MaxSlots; slot++)
        {
            byte tag = ControlWord.ControlByte(control, slot);
            if (tag != 0 && (slot >= _map.SlotsPerGroup || !ControlWord.IsOccupied(tag)))
            {
                _findings.Error(
                    "control", _shard, $"control byte {slot} of group {index} of the {TableText} table is 0x{tag:x2}");
            }
        }

        if (!moved && ControlWord.OverflowCount(control) == ControlWord.SaturatedOverflow)
        {
            Saturated++;
        }
    }

    private void CheckEntries(ulong index, ReadOnlySpan<byte> group, HashSet<Int128>? seen)
    {
        ulong control = TableReader.ControlOf(group);
        bool moved = TableReader.VersionOf(group).IsMoved;
        for (int slot = 0; slot < _map.SlotsPerGroup; slot++)
        {
            byte tag = ControlWord.ControlByte(control, slot);
            if (tag == 0)
            {
                continue;
            }

            Entries += moved ? 0 : 1;
            ReadOnlySpan<byte> key = _reader.KeyAt(group, slot);
            if (!moved)
            {
                _records?.AddStored(key, _reader.ValueAt(group, slot));
            }

            if (_map.KeyHash is { } hasher)
            {
                CheckPlace(index, key, tag, hasher.Hash(key, _map.Seed), moved);
            }
            else if (!moved && seen is not null && seen.Count < MaxRememberedKeys && !seen.Add(Digest(key)))
            {
                _findings.Report(
                    _isQuiet,
                    "duplicate",
                    _shard,
                    $"key {_map.KeyText(key)} occurs twice in the {TableText} table");
            }
        }
    }

    private void CheckPlace(ulong index, ReadOnlySpan<byte> key, byte tag, ulong hash, bool moved)
    {
        if ((byte)HashBits.Tag(hash) != tag)
        {
            _findings.Report(
                _isQuiet,
                "tag",
                _shard,
                $"key {_map.KeyText(key)} in group {index} of the {TableText} table has tag 0x{tag:x2}; its "
                    + $"hash says 0x{(byte)HashBits.Tag(hash):x2}");
            return; // Key or tag is damaged; checking the path would only report that again.
        }

        int owner = (int)((hash >> HashBits.ShardShift) & (uint)(_map.ShardCount - 1));
        if (owner != _shard)
        {
            _findings.Error("shard", _shard, $"key {_map.KeyText(key)} belongs to shard {owner}");
        }

        ulong home = _reader.Table.Home(hash);
        for (ulong step = home; step != index; step = step + 1 == Groups ? 0 : step + 1)
        {
            ReadOnlySpan<byte> passed = _reader.Group(step);
            if (passed.IsEmpty || !MayStep())
            {
                return;
            }

            VersionWord version = TableReader.VersionOf(passed);
            if (!ControlWord.HasOverflow(TableReader.ControlOf(passed))
                || (!version.IsLocked && !version.MayBePassedBy(hash)))
            {
                _findings.Report(
                    _isQuiet && !moved,
                    "unreachable",
                    _shard,
                    $"key {_map.KeyText(key)} in group {index} of the {TableText} table cannot be found: group "
                        + $"{step} on the path from {home} ends every lookup");
                return;
            }

            if (_passed.Length != 0 && _passed[step] != byte.MaxValue)
            {
                _passed[step]++;
            }
        }

        if (!moved && Occurs(key, hash, before: index))
        {
            _findings.Report(
                _isQuiet, "duplicate", _shard, $"key {_map.KeyText(key)} occurs twice in the {TableText} table");
        }
    }

    private void CheckOverflow(ulong index, ReadOnlySpan<byte> group)
    {
        byte count = ControlWord.OverflowCount(TableReader.ControlOf(group));
        bool moved = TableReader.VersionOf(group).IsMoved;
        bool agrees = count == ControlWord.SaturatedOverflow
            || (moved ? count >= _passed[index] : count == _passed[index]);
        if (!agrees)
        {
            _findings.Report(
                _isQuiet,
                "overflow",
                _shard,
                $"group {index} of the {TableText} table counts {count} entries that have passed it; "
                    + $"there are {_passed[index]}");
        }
    }

    // Whether a lookup finds the key in a group before the given one on its path, or in any group if none is given.
    private bool Occurs(ReadOnlySpan<byte> key, ulong hash, ulong? before)
    {
        byte tag = (byte)HashBits.Tag(hash);
        ulong index = _reader.Table.Home(hash);
        for (ulong step = 0; step < Groups; step++)
        {
            ReadOnlySpan<byte> group = _reader.Group(index);
            if (group.IsEmpty || !MayStep())
            {
                return false;
            }

            ulong control = TableReader.ControlOf(group);
            int occurrences = 0;
            for (int slot = 0; slot < _map.SlotsPerGroup; slot++)
            {
                if (ControlWord.ControlByte(control, slot) == tag && _map.AreEqual(_reader.KeyAt(group, slot), key))
                {
                    occurrences++;
                }
            }

            if (index == before)
            {
                return occurrences > 1;
            }

            if (occurrences > 0)
            {
                return true;
            }

            if (ControlWord.OverflowCount(control) == 0)
            {
                return false;
            }

            index = index + 1 == Groups ? 0 : index + 1;
        }

        return false;
    }

    private bool MayStep()
    {
        if (_stepsLeft > 0)
        {
            _stepsLeft--;
            return true;
        }

        if (!_hasCutPaths)
        {
            _hasCutPaths = true;
            _findings.Note(
                "paths", _shard, $"the paths of entries in the {TableText} table are so long that not all are checked");
        }

        return false;
    }

    // With 128 bits, a million keys practically never collide.
    private Int128 Digest(ReadOnlySpan<byte> key) =>
        new(HashMixer.Mix(key, _map.Seed), HashMixer.Mix(key, new HashSeed(_map.Seed.Key1, _map.Seed.Key0)));
}
