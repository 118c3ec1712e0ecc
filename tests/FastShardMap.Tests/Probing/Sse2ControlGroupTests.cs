using FastShardMap.Probing;

namespace FastShardMap.Tests.Probing;

public sealed class Sse2ControlGroupTests()
    : ControlGroupContractTests(new ControlGroupUnderTest<Sse2ControlGroup>(isExact: true));
