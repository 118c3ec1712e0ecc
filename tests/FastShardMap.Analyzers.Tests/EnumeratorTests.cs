namespace FastShardMap.Analyzers.Tests;

/// <summary>FSM0007.</summary>
public class EnumeratorTests
{
    [Theory]
    [InlineData(
        "void M(ShardMap<int, int> map) { var all = map.GetEnumerator(); var copy = [|all|]; copy.MoveNext(); }")]
    [InlineData(
        "void M(ShardMap<int, int> map) { var all = map.GetEnumerator(); Take([|all|]); } "
            + "void Take(ShardMap<int, int, DefaultHasher<int>>.Enumerator all) { }")]
    [InlineData(
        "void M(ShardMap<int, int> map) { var all = map.GetEnumerator(); IEnumerator<KeyValuePair<int, "
            + "int>> b = [|all|]; }")]
    [InlineData("void M(ShardMap<int, int> map) { var all = map.Keys.GetEnumerator(); var copy = [|all|]; }")]
    [InlineData("readonly ShardMap<int, int, DefaultHasher<int>>.Enumerator [|_all|];")]
    [InlineData(
        "ShardMap<int, int, DefaultHasher<int>>.Enumerator _all; "
            + "void M(ShardMap<int, int> map) { var all = map.GetEnumerator(); _all = [|all|]; }")]
    public Task Copy_OfEnumerator_IsReported(string code) => Verify.ReportsAsync("FSM0007", code);

    [Theory]
    [InlineData("void M(ShardMap<int, int> map) { foreach (var entry in map) { } }")]
    [InlineData("void M(ShardMap<int, int> map) { using var all = map.GetEnumerator(); while (all.MoveNext()) { } }")]
    [InlineData(
        "void M(ShardMap<int, int> map) { var all = map.GetEnumerator(); Take(ref all); } "
            + "void Take(ref ShardMap<int, int, DefaultHasher<int>>.Enumerator all) { }")]
    [InlineData(
        "ShardMap<int, int, DefaultHasher<int>>.Enumerator M(ShardMap<int, int> map) "
            + "{ var all = map.GetEnumerator(); all.MoveNext(); return all; }")]
    [InlineData("void M(ShardMap<int, int> map) { IEnumerator<KeyValuePair<int, int>> all = map.GetEnumerator(); }")]
    [InlineData(
        "void M(ShardMapSnapshot<int, int> s) { var all = s.GetEnumerator(); var copy = all; copy.MoveNext(); }")]
    [InlineData("void M(List<int> list) { var all = list.GetEnumerator(); var copy = all; }")]
    [InlineData("ShardMap<int, int, DefaultHasher<int>>.Enumerator _all; void M() { _all.MoveNext(); }")]
    [InlineData(
        "struct Own { ShardMap<int, int, DefaultHasher<int>>.Enumerator _all; "
            + "internal Own(ShardMap<int, int, DefaultHasher<int>>.Enumerator all) => _all = all; }")]
    public Task Enumerator_UsedInPlace_IsNotReported(string code) => Verify.ReportsNothingAsync(code);
}
