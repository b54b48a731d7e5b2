-- CreateTable
CREATE TABLE "CallerSecret" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "serverId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "CallerSecret_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "CallerSecret_serverId_idx" ON "CallerSecret"("serverId");

-- CreateIndex
CREATE UNIQUE INDEX "CallerSecret_userId_serverId_name_key" ON "CallerSecret"("userId", "serverId", "name");

-- AddForeignKey
ALTER TABLE "CallerSecret" ADD CONSTRAINT "CallerSecret_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CallerSecret" ADD CONSTRAINT "CallerSecret_serverId_fkey" FOREIGN KEY ("serverId") REFERENCES "Server"("id") ON DELETE CASCADE ON UPDATE CASCADE;
